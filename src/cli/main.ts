#!/usr/bin/env node
import { runProgram } from './program';

// a reader that stops reading, such as head, is no error of ours
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

/** What a worker's native part or an open stdin holds must not keep a command alive that is done. */
function leave(): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit()));
}

void runProgram(process.argv.slice(2), {
  environment: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  end: (exitCode) => {
    process.exitCode = exitCode;
  },
}).finally(leave);
