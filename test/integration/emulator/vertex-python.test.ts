import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { serveEmulator } from '../../../src/emulator';
import type { EmulatorServer } from '../../../src/emulator';
import { EmulatorBench, someRows } from '../../support/an-emulator';
import { findPythonWith, GENAI, runPython } from '../../support/python';
import type { FoundPython } from '../../support/python';

const PROGRAM = `
import json, sys, time
from google import genai
from google.genai import types, errors
from google.oauth2.credentials import Credentials

url, version = (lambda a: (a['url'], a['version']))(json.loads(sys.argv[1]))
client = genai.Client(vertexai=True, project='python-' + version, location='us-central1', credentials=Credentials(token='T'),
                      http_options=types.HttpOptions(base_url=url, api_version=version))
result = {}

def wait(name, state):
    deadline = time.time() + 20
    while True:
        job = client.batches.get(name=name)
        if job.state.name == state: return job
        if time.time() > deadline: raise Exception(f'{name} is {job.state} and not {state}')
        time.sleep(0.02)

job = client.batches.create(model='gemini-2.5-flash', src='gs://bucket/in.jsonl',
                            config=types.CreateBatchJobConfig(dest='gs://bucket/python', display_name='by python'))
result['created'] = [job.display_name, job.model, job.state.name]
done = wait(job.name, 'JOB_STATE_SUCCEEDED')
result['counts'] = done.completion_stats.successful_count
result['times'] = done.create_time <= done.start_time <= done.end_time
result['directory'] = done.output_info.gcs_output_directory

other = client.batches.create(model='gemini-2.5-flash', src='gs://bucket/in.jsonl')
client.batches.cancel(name=other.name)
cancelled = wait(other.name, 'JOB_STATE_CANCELLED')
result['error'] = [cancelled.error.code, cancelled.error.message]
result['listed'] = [j.display_name for j in client.batches.list(config=types.ListBatchJobsConfig(page_size=1, filter='display_name="by python"'))]
result['all'] = len(list(client.batches.list(config=types.ListBatchJobsConfig(page_size=1))))
result['deleted'] = client.batches.delete(name=other.name).done

def refusal(call):
    try: call()
    except errors.APIError as error: return [error.code, error.status]

result['refusals'] = [
    refusal(lambda: client.batches.get(name=other.name)),
    refusal(lambda: client.batches.cancel(name=job.name)),
    refusal(lambda: client.batches.create(model='gemini-does-not-exist', src='gs://bucket/in.jsonl')),
    refusal(lambda: client.batches.create(model='gemini-2.5-flash', src='gs://bucket/input')),
]
print(json.dumps(result))
`;

const bench = new EmulatorBench({ clock: 'real' });
let server: EmulatorServer;
let found: FoundPython;

beforeAll(async () => {
  await bench.put('gs://bucket/in.jsonl', someRows(10));
  server = await serveEmulator(bench.emulator);
  found = await findPythonWith(GENAI);
}, 600_000);

afterAll(async () => {
  await server.close();
  await bench.emulator.close();
});

describe("Google's Gen AI SDK for Python", () => {
  it.for(['v1', 'v1beta1'])('creates, gets, lists, cancels and deletes jobs through %s', async (version, { skip }) => {
    const python = found.kind === 'found' ? found.python : skip(found.reason);
    expect(await runPython(python, PROGRAM, { url: server.url, version })).toEqual({
      created: ['by python', 'publishers/google/models/gemini-2.5-flash', 'JOB_STATE_PENDING'],
      counts: 10,
      times: true,
      directory: expect.stringMatching(/^gs:\/\/bucket\/python\/prediction-model-/),
      error: [1, 'CANCELED'],
      listed: ['by python'],
      all: 2,
      deleted: true,
      refusals: [
        [404, 'NOT_FOUND'],
        [400, 'FAILED_PRECONDITION'],
        [404, 'NOT_FOUND'],
        [400, 'INVALID_ARGUMENT'],
      ],
    });
  });
});
