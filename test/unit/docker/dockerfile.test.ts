import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot, readDockerStages } from '../../support/compose-file';

const stages = readDockerStages();
const image = stages.at(-1) ?? [];

function wordsOf(name: string): readonly string[][] {
  return image.filter((instruction) => instruction.name === name).map((instruction) => [...instruction.words]);
}

describe('the Dockerfile', () => {
  it('copies only files that exist and that .dockerignore lets through', () => {
    const ignore = readFileSync(join(projectRoot, '.dockerignore'), 'utf8').split('\n');
    const copies = stages.flat().filter(({ name, words }) => name === 'COPY' && !words[0]?.startsWith('--from='));
    for (const source of copies.flatMap(({ words }) => words.slice(0, -1))) {
      expect(existsSync(join(projectRoot, source)), source).toBe(true);
      expect(ignore, source).toContain(`!${source.split('/')[0]}`);
    }
  });

  it('copies from an earlier stage only what that stage makes', () => {
    const [build] = stages;
    expect(build?.[0]).toEqual({ name: 'FROM', words: ['node:22-slim', 'AS', 'build'] });
    const copied = wordsOf('COPY').filter(([from]) => from === '--from=build');
    expect(copied.map(([, path]) => path)).toEqual(['/app/package.json', '/app/node_modules', '/app/dist']);
  });

  it('runs the package’s own command, as a user without rights', () => {
    const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
      bin: Record<string, string>;
    };
    expect(wordsOf('ENTRYPOINT').flat().join(' ')).toBe(`["node", "/app/${manifest.bin['vertex-batch']}"]`);
    expect(wordsOf('CMD').flat()).toEqual(['["worker"]']);
    const lastRun = image.findLastIndex(({ name }) => name === 'RUN');
    expect(image.findIndex(({ name, words }) => name === 'USER' && words[0] === 'node')).toBeGreaterThan(lastRun);
  });
});
