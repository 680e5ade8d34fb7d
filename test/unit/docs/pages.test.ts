import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { count } from '../../../src/domain/count-text';
import { JOB_LIMITS, MAX_INPUT_URIS } from '../../../src/domain/validation-limits';
import { FIXED_RULES, REPAIRS, VALIDATION_RULES, type ValidationRule } from '../../../src/domain/validation-rules';
import { parseScenario } from '../../../src/emulator';
import { acceptRequest } from '../../../src/schemas/batch-request';
import {
  anchors,
  codeBlocks,
  commandsIn,
  links,
  pages,
  readPage,
  ROOT,
  targetOf,
  type CodeBlock,
} from '../../support/markdown';
import { runHere } from '../../support/program';

const blocks = pages().flatMap((page) => codeBlocks(page));

function where({ page, line }: Pick<CodeBlock, 'page' | 'line'>): string {
  return `${page}:${line}`;
}

describe('the pages', () => {
  it.each(pages())('%s links only to what exists', (page) => {
    const broken = links(page).filter((link) => {
      const target = targetOf(link);
      if (target === undefined) return false;
      if (!existsSync(join(ROOT, target.path))) return true;
      const isPage = statSync(join(ROOT, target.path)).isFile() && target.path.endsWith('.md');
      return target.anchor !== '' && isPage && !anchors(target.path).includes(target.anchor);
    });
    expect(broken.map((link) => `${where(link)} ${link.target}`)).toEqual([]);
  });

  const shownOn = (name: string) => blocks.filter(({ page, language }) => page === name && language === 'ts');

  it.each(['README.md', 'docs/handlers.md'])('TypeScript in %s is a file of examples, or lines of one', (page) => {
    const shown = shownOn(page);
    expect(shown.length).toBeGreaterThan(0);
    for (const block of shown) {
      const [, name = '', code = ''] = /^\/\/ (\S+\.ts)\n([^]*)$/.exec(block.code) ?? [];
      expect(name, `${where(block)} begins with // and a file of examples`).not.toBe('');
      expect(readFileSync(join(ROOT, 'examples', name), 'utf8'), where(block)).toContain(code);
    }
  });

  it('each file of examples stands in the README or the page of handlers as a whole', () => {
    const shown = [...shownOn('README.md'), ...shownOn('docs/handlers.md')];
    for (const name of [
      'handlers',
      'workflows',
      'worker',
      'start',
      'cancel',
      'prompts',
      'prompts.test',
      'read',
      'handlers.test',
      'postgres',
      'rate-limited',
      'invoices',
    ]) {
      const file = readFileSync(join(ROOT, 'examples', `${name}.ts`), 'utf8');
      expect(shown.map(({ code }) => code)).toContain(`// ${name}.ts\n${file}`);
    }
  });

  const json = blocks.filter(({ language }) => language === 'json').map((block) => [where(block), block] as const);
  it.each(json)('the JSON at %s is what it says: a request, or a scenario', (_, { page, code }) => {
    const value: unknown = JSON.parse(code);
    const read = page === 'docs/scenarios.md' ? parseScenario : acceptRequest;
    expect(() => read(value, 'an-id')).not.toThrow();
  });
});

/** What a command's help says of itself. */
const helpOf = (command: string) => runHere([command, '--help']);

const ours = ['vertex-batch', 'temporal-vertex-batch'];
const commandLines = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap((block) => commandsIn(block).map((words) => ({ block, words })))
  .map(({ block, words }) => ({ block, words: words[0] === 'npx' ? words.slice(1) : words }))
  .filter(({ words: [program = ''] }) => ours.includes(program))
  .map(({ block, words }) => [`${words.join(' ')} (${where(block)})`, words] as const);

describe('the command lines in the pages', () => {
  it.each(commandLines)('%s has a command and flags that exist', async (_, [, command = '', ...words]) => {
    if (command.startsWith('-')) return;
    const { text, exitCode } = await helpOf(command);
    expect(exitCode, text).toBe(0);
    expect(text).toContain(`Usage: vertex-batch ${command}`);
    for (const flag of words.filter((word) => word.startsWith('-') && word !== '-'))
      expect(text).toMatch(new RegExp(`(^|[\\s,])${flag}\\b`, 'm'));
  });
});

describe('the page of errors', () => {
  const messages = readFileSync(join(ROOT, 'src/messages.ts'), 'utf8');
  const union = /export type BatchReasonType =([^;]+);/.exec(messages)?.[1] ?? '';
  const types = [...union.matchAll(/'(\w+)'/g)].map(([, type = '']) => type);
  const others = [
    ...['HandlerFailing', 'RunNotFound', 'RunTerminated', 'RunOpen', 'RunClosed', 'NothingToRerun'],
    'UpdateRefused',
  ];

  it('knows the types of the messages', () => {
    expect(types.length).toBeGreaterThan(20);
  });

  it.each([...types, ...others])('has a section for %s that says what was spent and what to do', (type) => {
    const [, section = ''] =
      new RegExp(`^## ${type}\\n([^]*?)(?=^## |$(?![^]))`, 'm').exec(readPage('docs/errors.md')) ?? [];
    expect(section).toMatch(/\*\*Spent\*\*/);
    expect(section).toMatch(/\*\*Do\*\*/);
  });

  it('has no section for a type that is gone', () => {
    const sections = [...readPage('docs/errors.md').matchAll(/^## ([A-Z]\w+)$/gm)].map(([, type = '']) => type);
    expect(sections.filter((type) => ![...types, ...others].includes(type))).toEqual([]);
  });
});

describe('the page of validation', () => {
  const sections = readPage('docs/validation.md').split(/^### /m).slice(1);
  const entries = new Map(sections.map((section) => [section.slice(0, section.indexOf('\n')), section]));

  it('has an entry for each rule, and for no other', () => {
    expect([...entries.keys()]).toEqual(Object.keys(VALIDATION_RULES));
  });

  const FAILS = { job: 'fails the job', row: 'fails the row', nothing: 'fails nothing of the service’s' } as const;

  it.each(Object.entries(VALIDATION_RULES))('says of %s what it is, why, and what to do', (rule, facts) => {
    const { severity, scope, fails } = facts;
    const fixed = FIXED_RULES.has(rule as ValidationRule) ? ', fixed' : '';
    const entry = entries.get(rule) ?? '';
    expect(entry.split('\n')[2]?.replaceAll(/^[*_]|[*_]$/g, '')).toBe(
      `${severity}, of ${scope === 'row' ? 'a row' : 'the input'}, ${FAILS[fails]}${fixed}`,
    );
    expect(entry).toMatch(/\n\n\*\*Example\*\*: \S[^]*\n\n\*\*Do\*\*: \S/);
  });

  it('has the limits of a job', () => {
    const { rows, bytes, copiedBytes } = JOB_LIMITS;
    const page = readPage('docs/validation.md');
    expect(page).toContain(`| ${count(rows)} rows a job `);
    expect(page).toContain(`| ${bytes / 1e9} GB a job, ${copiedBytes / 1e6} MB in a copy `);
    expect(page).toContain(`| ${MAX_INPUT_URIS} files a job `);
  });

  it('has a row for each repair, and for no other', () => {
    const rows = [...readPage('docs/validation.md').matchAll(/^\| `([a-z-]+)`/gm)].map(([, repair = '']) => repair);
    expect(rows).toEqual(REPAIRS);
  });
});
