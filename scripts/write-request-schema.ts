import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { z } from 'zod';
import { adoptRequestSchema, batchRequestSchema } from '../src/schemas/batch-request';

const MESSAGES = join(__dirname, '../src/messages.ts');
const TARGET = join(__dirname, '../dist/request.schema.json');

/** What the interfaces say of each field, with its default, so that both languages say the same. */
function fieldDescriptions(): Map<string, string> {
  const source = ts.createSourceFile(MESSAGES, readFileSync(MESSAGES, 'utf8'), ts.ScriptTarget.Latest, true);
  const requests = source.statements.filter(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && ['AdoptRequest', 'BatchRequest'].includes(statement.name.text),
  );
  const members = requests.toReversed().flatMap((request) => [...request.members]);
  return new Map(members.map((member) => [member.name?.getText() ?? '', descriptionOf(member)]));
}

function descriptionOf(member: ts.TypeElement): string {
  const comments = ts.getJSDocCommentsAndTags(member).filter((comment) => ts.isJSDoc(comment));
  const text = comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '').join(' ');
  const tag = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === 'default');
  const byDefault = tag === undefined ? '' : `Default: ${ts.getTextOfJSDocComment(tag.comment) ?? ''}.`;
  const description = [text, byDefault].filter((part) => part !== '').join(' ');
  if (description === '')
    throw new Error(`${member.getText()} needs a comment: it is the field's description in ${TARGET}`);
  return description.replaceAll('`', '');
}

/** Writes the request as JSON Schema, for starters in other languages. */
const { properties = {}, required, ...schema } = z.toJSONSchema(adoptRequestSchema, { io: 'input' });
const { required: requiredOfOwn } = z.toJSONSchema(batchRequestSchema, { io: 'input' });
const descriptions = fieldDescriptions();
const described = Object.entries(properties).map(([field, property]) => [
  field,
  { ...(property as object), description: descriptions.get(field) },
]);
const written = {
  title: 'vertexBatch request',
  ...schema,
  properties: Object.fromEntries(described) as unknown,
  anyOf: [{ required: requiredOfOwn }, { required }],
};
writeFileSync(TARGET, `${JSON.stringify(written, null, 2)}\n`);
