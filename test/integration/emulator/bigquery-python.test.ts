import { afterAll, beforeAll, expect, it } from 'vitest';

import { createEmulator, serveEmulator } from '../../../src/emulator';
import type { Emulator, EmulatorServer } from '../../../src/emulator';
import { BIGQUERY, findPythonWith, runPython } from '../../support/python';
import type { FoundPython } from '../../support/python';

const PROGRAM = `
import datetime, json, sys
from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

url = json.loads(sys.argv[1])['url']
client = bigquery.Client(project='acme', credentials=AnonymousCredentials(), client_options={'api_endpoint': url})
result = {}

dataset = bigquery.Dataset('acme.python')
dataset.location = 'us-central1'
client.create_dataset(dataset)
schema = [bigquery.SchemaField('key', 'STRING', mode='REQUIRED'), bigquery.SchemaField('request', 'JSON'),
          bigquery.SchemaField('count', 'INTEGER'), bigquery.SchemaField('at', 'TIMESTAMP'),
          bigquery.SchemaField('tags', 'STRING', mode='REPEATED')]
table = client.create_table(bigquery.Table('acme.python.prompts', schema=schema))
result['described'] = [table.table_type, table.num_rows, client.get_dataset('python').location]

row = {'key': 'a', 'request': json.dumps({'b': 1, 'a': [True]}), 'count': 9007, 'at': '2026-09-02T20:06:30.166279Z', 'tags': ['x', 'y']}
result['errors'] = client.insert_rows_json(table, [row] + [{'key': f'k{n}', 'count': n} for n in range(99)])
result['refused'] = [e['index'] for e in client.insert_rows_json(table, [{'key': 'b', 'colour': 'red'}])]

rows = list(client.list_rows(table))
first = rows[0]
result['rows'] = len(rows)
result['first'] = [first['key'], first['request'], first['count'], first['at'].isoformat(), first['tags']]
some = client.list_rows(table, start_index=90, max_results=5, selected_fields=[schema[0], schema[2]])
result['some'] = [[r['key'], r['count']] for r in some]
result['pages'] = sum(1 for _ in client.list_rows(table, page_size=30).pages)

source = bigquery.LoadJobConfig(schema=schema, source_format='NEWLINE_DELIMITED_JSON')
load = lambda: client.load_table_from_uri('gs://bucket/rows.jsonl', 'acme.python.loaded', job_id='once', job_config=source)
result['loaded'] = load().result().output_rows

def refusal(call):
    try: call()
    except exceptions.GoogleAPICallError as error: return [error.code, error.errors[0]['reason']]

result['refusals'] = [
    refusal(load),
    refusal(lambda: client.get_table('acme.python.none')),
    refusal(lambda: client.get_table('acme.none.none')),
    refusal(lambda: client.create_table(bigquery.Table('acme.python.prompts'))),
    refusal(lambda: client.delete_dataset('python')),
]
result['tables'] = [t.table_id for t in client.list_tables('python')]
client.delete_dataset('python', delete_contents=True)
result['left'] = [d.dataset_id for d in client.list_datasets()]
print(json.dumps(result))
`;

let emulator: Emulator;
let server: EmulatorServer;
let found: FoundPython;

beforeAll(async () => {
  emulator = createEmulator();
  emulator.blobs.createBucket('bucket');
  const lines = Array.from({ length: 10 }, (_, row) => `{"key":"l${row}","count":${row}}\n`);
  await emulator.blobs.write('bucket', 'rows.jsonl', once(Buffer.from(lines.join(''))));
  server = await serveEmulator(emulator);
  found = await findPythonWith(BIGQUERY);
}, 600_000);

afterAll(async () => {
  await server.close();
  await emulator.close();
});

async function* once(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}

it(
  'Google’s Python client makes tables, fills, reads, loads and deletes them',
  { timeout: 120_000 },
  async ({ skip }) => {
    const python = found.kind === 'found' ? found.python : skip(found.reason);
    expect(await runPython(python, PROGRAM, { url: server.url })).toEqual({
      described: ['TABLE', 0, 'us-central1'],
      errors: [],
      refused: [0],
      rows: 100,
      first: ['a', { a: [true], b: 1 }, 9007, '2026-09-02T20:06:30.166279+00:00', ['x', 'y']],
      some: [89, 90, 91, 92, 93].map((count) => [`k${count}`, count]),
      pages: 4,
      loaded: 10,
      refusals: [
        [409, 'duplicate'],
        [404, 'notFound'],
        [404, 'notFound'],
        [409, 'duplicate'],
        [400, 'resourceInUse'],
      ],
      tables: ['loaded', 'prompts'],
      left: [],
    });
  },
);
