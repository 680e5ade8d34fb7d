import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const ROOT = join(__dirname, '../..');

export interface CodeBlock {
  /** Path of the page, relative to the checkout. */
  readonly page: string;
  /** Line of its fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

export interface Link {
  readonly page: string;
  readonly line: number;
  readonly target: string;
}

/** Pages that people read: those at the top and those in docs. */
export function pages(): string[] {
  const top = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name));
  return [...top, ...docs].toSorted();
}

export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** Fenced blocks of a page. */
export function codeBlocks(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { readonly line: number; readonly language: string; readonly code: string[] } | undefined;
  for (const [index, text] of readPage(page).split('\n').entries()) {
    const fence = /^```(\S*)/.exec(text);
    if (fence === null) open?.code.push(text);
    else if (open === undefined) open = { line: index + 1, language: fence[1] ?? '', code: [] };
    else {
      blocks.push({ page, line: open.line, language: open.language, code: `${open.code.join('\n')}\n` });
      open = undefined;
    }
  }
  return blocks;
}

/** Links of a page, those in code left out. */
export function links(page: string): Link[] {
  const text = readPage(page).replaceAll(/^```[^]*?^```/gm, (block) => block.replaceAll(/[^\n]/g, ''));
  return text.split('\n').flatMap((line, index) =>
    [...line.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({
      page,
      line: index + 1,
      target,
    })),
  );
}

/** Headings of a page as GitHub makes anchors of them. */
export function anchors(page: string): string[] {
  const headings = readPage(page).matchAll(/^#{1,6} (.+)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Commands of a shell block, one each: continued lines are joined, comments and assignments dropped. */
export function commandsIn({ code }: CodeBlock): string[][] {
  const lines = code.replaceAll('\\\n', ' ').split('\n');
  return lines
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('export '))
    .map(wordsOf);
}

/** Words as a shell would split them, quotes taken away. */
function wordsOf(line: string): string[] {
  const words = line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replaceAll(/["']/g, ''));
}

/** Where a link of a page leads in the checkout, as path and anchor; undefined for what lies elsewhere. */
export function targetOf({ page, target }: Link): { readonly path: string; readonly anchor: string } | undefined {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [path = '', anchor = ''] = target.split('#');
  const from = join(ROOT, page, '..');
  return { path: path === '' ? page : relative(ROOT, join(from, path)), anchor };
}
