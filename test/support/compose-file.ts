import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A service of `docker-compose.yml`, as far as we write it. */
export interface ComposeService {
  readonly image: string;
  readonly build?: string;
  readonly user?: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** The root of the project. */
export const projectRoot = join(__dirname, '../..');

/** `docker-compose.yml` with its merge keys resolved. */
export function readComposeFile(): ComposeFile {
  return parse(readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8'), { merge: true }) as ComposeFile;
}

/** One instruction of the Dockerfile: `COPY`, and what follows it. */
export interface DockerInstruction {
  readonly name: string;
  readonly words: readonly string[];
}

/** The instructions of the Dockerfile, stage by stage. */
export function readDockerStages(): DockerInstruction[][] {
  const text = readFileSync(join(projectRoot, 'Dockerfile'), 'utf8').replaceAll(/\\\n/g, ' ');
  const stages: DockerInstruction[][] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [name = '', ...words] = line.trim().split(/\s+/);
    if (name === 'FROM') stages.push([]);
    stages.at(-1)?.push({ name, words });
  }
  return stages;
}
