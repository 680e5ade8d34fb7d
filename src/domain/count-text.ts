/** `30000` as people read it: `30,000`. The same in every locale and in the workflow's sandbox. */
export function count(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}
