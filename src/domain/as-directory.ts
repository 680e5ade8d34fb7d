/** A place below which names go on: with a slash at its end. */
export function asDirectory(place: string): string {
  return place.endsWith('/') ? place : `${place}/`;
}
