import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';

/** One import of a source file, as it is written. */
export interface SourceImport {
  /** Path under `src`, with `/` and without `.ts`: `domain/range-plan`. */
  readonly from: string;
  /** Such a path for a file of ours; else the package or Node module: `zod`, `node:fs/promises`. */
  readonly to: string;
  readonly isOurs: boolean;
  /** Gone once compiled: `import type` and `export type`. */
  readonly typeOnly: boolean;
}

export interface SourceFile {
  readonly name: string;
  readonly imports: readonly SourceImport[];
  readonly readsEnvironment: boolean;
  /** `Date.now` or `new Date()`: the clock of whatever machine it runs on. */
  readonly readsClock: boolean;
}

/** Every file under a folder of sources, with what it imports by whatever syntax. */
export function readSources(root: string): SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .toSorted()
    .map((path) => parseSource(root, join(root, path)));
}

function parseSource(root: string, path: string): SourceFile {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
  const name = moduleName(root, path);
  const imports: SourceImport[] = [];
  let readsEnvironment = false;
  let readsClock = false;
  const visit = (node: ts.Node): void => {
    const found = importOf(node);
    if (found !== undefined) {
      const isOurs = found.specifier.startsWith('.');
      const to = isOurs ? moduleName(root, join(dirname(path), found.specifier)) : found.specifier;
      imports.push({ from: name, to, isOurs, typeOnly: found.typeOnly });
    }
    readsEnvironment ||= isMember(node, 'process', 'env');
    readsClock ||= isMember(node, 'Date', 'now') || isNewDate(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { name, imports, readsEnvironment, readsClock };
}

function moduleName(root: string, path: string): string {
  return relative(root, path).split(sep).join('/').replace(/\.ts$/, '');
}

function importOf(node: ts.Node): { specifier: string; typeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node)) return literal(node.moduleSpecifier, node.importClause?.phaseModifier === TYPE);
  if (ts.isExportDeclaration(node)) return literal(node.moduleSpecifier, node.isTypeOnly);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return literal(node.argument.literal, true);
  if (ts.isCallExpression(node) && loadsModule(node.expression)) return literal(node.arguments[0], false);
  return undefined;
}

const TYPE = ts.SyntaxKind.TypeKeyword;

function loadsModule(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
  const name = ts.isPropertyAccessExpression(callee) ? callee.expression : callee;
  return ts.isIdentifier(name) && name.text === 'require';
}

function literal(node: ts.Node | undefined, typeOnly: boolean): { specifier: string; typeOnly: boolean } | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? { specifier: node.text, typeOnly } : undefined;
}

function isMember(node: ts.Node, owner: string, name: string): boolean {
  return (
    ts.isPropertyAccessExpression(node) &&
    node.name.text === name &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === owner
  );
}

function isNewDate(node: ts.Node): boolean {
  return (
    ts.isNewExpression(node) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === 'Date' &&
    (node.arguments ?? []).length === 0
  );
}

/** The packages that a file loads at run time, itself and through the files that it imports. */
export function packagesLoadedBy(sources: readonly SourceFile[], name: string): Set<string> {
  const byName = new Map(sources.map((source) => [source.name, source]));
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (current: string): void => {
    const source = byName.get(current) ?? byName.get(`${current}/index`);
    if (source === undefined || seen.has(source.name)) return;
    seen.add(source.name);
    for (const { to, isOurs, typeOnly } of source.imports) {
      if (typeOnly) continue;
      if (isOurs) visit(to);
      else packages.add(to);
    }
  };
  visit(name);
  return packages;
}
