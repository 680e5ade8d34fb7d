import { spawn, type SpawnOptionsWithoutStdio } from 'node:child_process';

/** Runs a program to its end and gives its output; a failure carries the last lines of what it wrote. */
export function runQuietly(
  command: string,
  args: readonly string[],
  options: SpawnOptionsWithoutStdio,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { windowsHide: true, ...options });
    let output = '';
    child.stdin.end();
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${signal ?? code}\n${lastLines(output)}`));
    });
  });
}

/** The end of a program's output, where the reason of its failure usually stands. */
export function lastLines(output: string): string {
  return output.trimEnd().split('\n').slice(-15).join('\n');
}
