import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { batchRequestSchema } from '../src/schemas/batch-request';

/** Writes the request as JSON Schema, for starters in other languages. */
const schema = { title: 'vertexBatch request', ...z.toJSONSchema(batchRequestSchema, { io: 'input' }) };
writeFileSync(join(__dirname, '../dist/request.schema.json'), `${JSON.stringify(schema, null, 2)}\n`);
