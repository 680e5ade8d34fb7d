import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { installRuntime } from '../src/worker';
import type { Benchmark } from './benchmark';
import { fanOut } from './fan-out';
import { overhead } from './overhead';
import { renderReport, type Report } from './report';
import { chosen } from './selection';
import { waiting } from './waiting';
import { BenchWorld, bundleWorkflows, type BenchBundle } from './world';

const BENCHMARKS: readonly Benchmark[] = [overhead, waiting, fanOut];

/** Runs the benchmarks that are named, or all; a target that is missed is no failure, a benchmark that doesn't run is. */
async function main(): Promise<void> {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
  const benchmarks = chosen(BENCHMARKS, positionals);
  const machine = {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
  };
  const reports: Report[] = [];
  const failures: { readonly name: string; readonly message: string }[] = [];
  installRuntime('ERROR');
  say('bundling workflows');
  const bundle = await bundleWorkflows();
  if (values.json !== true) {
    console.log(`${machine.date}, Node ${machine.node}, ${machine.cores} cores (${machine.processor})\n`);
  }
  for (const benchmark of benchmarks) {
    try {
      const report = await runOne(benchmark, bundle);
      reports.push(report);
      if (values.json !== true) console.log(`${renderReport(report)}\n`);
    } catch (error) {
      failures.push({ name: benchmark.name, message: String(error) });
      console.error(`${benchmark.name} failed to run:`, error);
    }
  }
  if (values.json === true) console.log(JSON.stringify({ machine, reports, failures }, undefined, 2));
  if (failures.length > 0) process.exitCode = 1;
}

async function runOne(benchmark: Benchmark, bundle: BenchBundle): Promise<Report> {
  const world = await BenchWorld.open(bundle, benchmark.serverArgs);
  try {
    return await benchmark.run(world, (line) => say(`${benchmark.name}: ${line}`));
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
