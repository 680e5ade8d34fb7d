import { existsSync } from 'node:fs';
import { buildGoTool, builtToolPath, type GoTool } from '../../src/dev/build-go-tool';

export type FoundTool = { readonly path: string } | { readonly missing: string };

/** The program that an environment variable names, else the built one, else a new build; where none can be had, says why. */
export async function findGoTool(tool: GoTool, variable: string): Promise<FoundTool> {
  const named = process.env[variable];
  if (named) return existsSync(named) ? { path: named } : { missing: `${variable}=${named} doesn't exist` };
  const built = builtToolPath(tool);
  if (built !== undefined && existsSync(built)) return { path: built };
  try {
    return { path: await buildGoTool(tool, (line) => process.stderr.write(`${line}\n`)) };
  } catch (error) {
    return { missing: `No ${tool.name} at hand (${variable} names one): ${(error as Error).message}` };
  }
}
