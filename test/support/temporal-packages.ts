const WORKER_SIDE = ['activity', 'client', 'common', 'plugin', 'worker', 'workflow'];

/** What a project that runs workers installs of Temporal's, all of one version. */
export function temporalPackages(version: string, names: readonly string[] = WORKER_SIDE): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`@temporalio/${name}`, version]));
}
