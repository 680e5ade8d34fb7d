import { describe, expect, it } from 'vitest';
import type { ReprocessRequest } from '../../../src/messages';
import { acceptReprocessRequest } from '../../../src/schemas/reprocess-request';

const MANIFEST = 'gs://acme/out/run/3fa94c1e/manifest.json';

describe('a request to hand results out again', () => {
  it.each<[Partial<ReprocessRequest>, object]>([
    [{}, { handlerName: null, deadlineMs: 7 * 86_400_000, pass: null }],
    [{ handler: 'save' }, { handlerName: 'save' }],
    [{ handler: { name: 'save', taskQueue: 'databases' } }, { handlerName: 'save' }],
    [{ handler: { taskQueue: 'databases' } }, { handlerName: null }],
    [
      { deadline: '90m', pass: 'second_try-2' },
      { deadlineMs: 5_400_000, pass: 'second_try-2' },
    ],
  ])('%j is complete with its defaults', (request, accepted) => {
    expect(acceptReprocessRequest({ manifest: MANIFEST, ...request })).toMatchObject({
      manifest: MANIFEST,
      ...accepted,
    });
  });

  it.each<[unknown, string]>([
    [undefined, 'the request must be an object with at least manifest, got nothing'],
    [{}, 'manifest must be the URI of a manifest'],
    [{ manifest: 'gs://acme' }, 'manifest must be the URI of a manifest'],
    [{ manifest: '/tmp/manifest.json' }, 'got "/tmp/manifest.json"'],
    [{ manifest: MANIFEST, handler: '' }, 'handler must be the name of a handler'],
    [{ manifest: MANIFEST, handler: { queue: 'x' } }, 'unknown field handler.queue'],
    [{ manifest: MANIFEST, handeler: 'save' }, 'unknown field handeler, did you mean "handler"?'],
    [{ manifest: MANIFEST, deadline: 'soon' }, 'deadline must be a duration such as "30s"'],
    [{ manifest: MANIFEST, pass: '../up' }, 'pass must be a name of 1 to 40 letters, digits, _ or -'],
  ])('%j is refused, naming the field at fault', (request, message) => {
    expect(() => acceptReprocessRequest(request)).toThrow(message);
  });
});
