import type { BenchOptions } from './options';
import type { Report } from './report';
import type { BenchWorld } from './world';

type Say = (line: string) => void;

/** Runs workflows on a Temporal server of its own. */
export interface TemporalBenchmark {
  readonly kind: 'temporal';
  readonly name: string;
  /** Arguments of the Temporal server that it needs beside the usual ones. */
  readonly serverArgs?: readonly string[];
  /** Runs only where it is named, because of the time that it takes. */
  readonly onRequest?: true;
  run(world: BenchWorld, say: Say, options: BenchOptions): Promise<Report>;
}

/** Runs programs that need no server. */
export interface ProgramBenchmark {
  readonly kind: 'programs';
  readonly name: string;
  /** Runs only where it is named, because of the time or the room that it takes. */
  readonly onRequest?: true;
  run(options: BenchOptions, say: Say): Promise<Report>;
}

export type Benchmark = TemporalBenchmark | ProgramBenchmark;
