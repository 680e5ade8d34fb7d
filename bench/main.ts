import { availableParallelism, cpus } from 'node:os';
import { installRuntime } from '../src/worker';
import type { Benchmark, TemporalBenchmark } from './benchmark';
import { collect } from './collecting/collect';
import { flatCollect } from './collecting/flat-collect';
import { collectRun } from './collecting/collect-run';
import { fanOut } from './fan-out';
import { leaks } from './leaks/leaks';
import { type BenchOptions, parseCall } from './options';
import { overhead } from './overhead';
import { renderReport, type Report } from './report';
import { scale } from './scale/scale';
import { chosen } from './selection';
import { exactness } from './validation/exactness';
import { flatMemory } from './validation/flat-memory';
import { bigquery } from './tables/bigquery';
import { bigqueryCollect } from './tables/bigquery-collect';
import { validate } from './validation/validate';
import { waiting } from './waiting';
import { BenchWorld, bundleWorkflows, type BenchBundle } from './world';

const BENCHMARKS: readonly Benchmark[] = [
  overhead,
  waiting,
  fanOut,
  validate,
  bigquery,
  bigqueryCollect,
  collect,
  collectRun,
  flatMemory,
  flatCollect,
  exactness,
  leaks,
  scale,
];

/** Runs the benchmarks that are named, or all; a target that is missed is no failure, a benchmark that doesn't run is. */
async function main(): Promise<void> {
  const { names, json, options } = parseCall(process.argv.slice(2));
  const benchmarks = chosen(BENCHMARKS, names);
  const machine = {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
  };
  const reports: Report[] = [];
  const failures: { readonly name: string; readonly message: string }[] = [];
  const runOne = runner(options);
  if (!json) {
    console.log(`${machine.date}, Node ${machine.node}, ${machine.cores} cores (${machine.processor})\n`);
  }
  for (const benchmark of benchmarks) {
    try {
      const report = await runOne(benchmark);
      reports.push(report);
      if (!json) console.log(`${renderReport(report)}\n`);
    } catch (error) {
      failures.push({ name: benchmark.name, message: String(error) });
      console.error(`${benchmark.name} failed to run:`, error);
    }
  }
  if (json) console.log(JSON.stringify({ machine, reports, failures }, undefined, 2));
  if (failures.length > 0) process.exitCode = 1;
}

/** How to run one of them; workflows are bundled once, when the first needs them. */
function runner(options: BenchOptions): (benchmark: Benchmark) => Promise<Report> {
  let bundling: Promise<BenchBundle> | undefined;
  return async (benchmark) => {
    const sayOf = (line: string) => say(`${benchmark.name}: ${line}`);
    if (benchmark.kind === 'programs') return await benchmark.run(options, sayOf);
    bundling ??= prepareWorkflows();
    return await runOnServer(benchmark, await bundling, options, sayOf);
  };
}

async function prepareWorkflows(): Promise<BenchBundle> {
  installRuntime('ERROR');
  say('bundling workflows');
  return await bundleWorkflows();
}

async function runOnServer(
  benchmark: TemporalBenchmark,
  bundle: BenchBundle,
  options: BenchOptions,
  sayOf: typeof say,
): Promise<Report> {
  const world = await BenchWorld.open(bundle, benchmark.serverArgs);
  try {
    return await benchmark.run(world, sayOf, options);
  } finally {
    await world.close();
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

main().catch((error: unknown) => {
  console.error(error instanceof TypeError ? error.message : error);
  process.exitCode = 1;
});
