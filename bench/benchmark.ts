import type { Report } from './report';
import type { BenchWorld } from './world';

export interface Benchmark {
  readonly name: string;
  run(world: BenchWorld, say: (line: string) => void): Promise<Report>;
}
