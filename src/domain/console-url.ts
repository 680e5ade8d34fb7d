/** Page of a job in the Google Cloud console. */
export function consoleUrl(name: string): string {
  const [, project = '', , location = '', , id = ''] = name.split('/');
  return `https://console.cloud.google.com/vertex-ai/locations/${location}/batch-predictions/${id}?project=${project}`;
}
