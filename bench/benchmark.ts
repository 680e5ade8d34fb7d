import type { Report } from './report';
import type { BenchWorld } from './world';

export interface Benchmark {
  readonly name: string;
  /** Arguments of the Temporal server that it needs beside the usual ones. */
  readonly serverArgs?: readonly string[];
  run(world: BenchWorld, say: (line: string) => void): Promise<Report>;
}
