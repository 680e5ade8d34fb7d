import type { BatchRequest } from '../messages';

type AdoptingRequest = Partial<BatchRequest> & Pick<BatchRequest, 'project' | 'location'>;

/** Says of fields that can't hold for a job which exists why they can't. */
export function refuseWhatTheJobTells(request: AdoptingRequest, name: string): void {
  for (const field of ['validate', 'canary', 'allowEmptyInput'] as const) {
    if (request[field] === undefined) continue;
    throw new TypeError(`${field} is about what is sent, and the rows of ${name} were sent before; leave it out`);
  }
  const [, project = '', , location = ''] = name.split('/');
  if (location !== request.location)
    throw new TypeError(`location must be that of the adopted job, ${location}, got ${request.location}`);
  // an id and a number may be the same project's: that, the service knows
  if (project !== request.project && isNumber(project) === isNumber(request.project))
    throw new TypeError(`project must be that of the adopted job, ${project}, got ${request.project}`);
}

function isNumber(project: string): boolean {
  return /^\d+$/.test(project);
}
