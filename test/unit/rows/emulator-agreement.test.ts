import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { DEFAULT_VALIDATION } from '../../../src/domain/accepted-validation';
import { severityOf, VALIDATION_RULES, type ValidationRule } from '../../../src/domain/validation-rules';
import { conflictsOf } from '../../../src/rows/shapes/shape-conflicts';
import { ShapeMemory } from '../../../src/rows/shapes/shape-memory';
import { checkRangeInMemory } from '../../../src/rows/validate/checked-range';
import { EmulatorBench } from '../../support/an-emulator';
import { inputs, longInputs, soundInputsOf } from '../../support/mutated-lines';

interface Finding {
  readonly severity: 'error' | 'warning';
  readonly rule: ValidationRule;
  /** From 0; -1 where it is about the input. */
  readonly line: number;
}

/** What validation says of an input, with its rules as they are. */
async function findingsOf(content: Buffer): Promise<Finding[]> {
  const file = { size: content.length };
  const range = { file: 0, from: 0, to: content.length };
  const checked = await checkRangeInMemory(
    { range, files: [file], keyField: null, validation: DEFAULT_VALIDATION, keysOnDisk: null },
    async function* () {
      yield content;
    },
    () => {},
  );
  const memory = new ShapeMemory();
  memory.merge(checked.shapes, 0);
  const conflicts = conflictsOf(memory).map(({ rule }) => ({ rule, severity: severityOf(rule, {}), line: -1 }));
  const findings = [
    ...checked.problems.map(({ rule, severity, number }) => ({ rule, severity, line: number })),
    ...conflicts,
  ];
  return findings.filter((finding): finding is Finding => VALIDATION_RULES[finding.rule].fails !== 'nothing');
}

/** What a job makes of it: refused as a whole, or the lines whose rows failed. */
type Verdict = { readonly job: string } | { readonly failed: ReadonlyMap<number, string> };

async function verdictOf(content: Buffer): Promise<Verdict> {
  const bench = new EmulatorBench({ scenario: { output: { shuffle: false } } });
  await bench.putBytes('gs://bucket/in.jsonl', content);
  const job = await bench.runStored();
  if (job.error !== undefined) return { job: job.error.message };
  const rows = await bench.outputRows();
  return { failed: new Map(rows.flatMap(({ status }, line) => (status === '' ? [] : [[line, status]]))) };
}

/** Where they disagree, told so that a person sees who is wrong. */
function disagreements(findings: readonly Finding[], verdict: Verdict): string[] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if ('job' in verdict) return errors.length > 0 ? [] : [`validation takes what the import refuses: ${verdict.job}`];
  const doubtful = new Set(findings.filter(({ severity }) => severity === 'warning').map(({ line }) => line));
  const refused = new Set(errors.map(({ line }) => line));
  return [
    ...errors
      .filter(({ rule, line }) => VALIDATION_RULES[rule].fails === 'job' || !verdict.failed.has(line))
      .map(({ rule, line }) => `the service takes what validation refuses in line ${line}: ${rule}`),
    ...[...verdict.failed]
      .filter(([line]) => !refused.has(line) && !doubtful.has(line))
      .map(([line, status]) => `validation takes what the service refuses in line ${line}: ${status}`),
  ];
}

function fileOf(lines: readonly Buffer[]): Buffer {
  return Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
}

/** On the whole, and on what is left once the rows with errors are taken out. */
async function expectAgreement(lines: readonly Buffer[]): Promise<void> {
  const findings = await findingsOf(fileOf(lines));
  expect(disagreements(findings, await verdictOf(fileOf(lines))), String(fileOf(lines))).toEqual([]);
  const left = lines.filter((_, at) => findings.every(({ line, severity }) => line !== at || severity === 'warning'));
  if (left.length > 0 && left.length < lines.length) await expectAgreement(left);
}

const SEEDS = [4, 5, 6, 7];

describe('validation and the service', () => {
  it.each(SEEDS)('agree on inputs of a few rows with something wrong or odd, seed %i', async (seed) => {
    await fc.assert(fc.asyncProperty(inputs, expectAgreement), { numRuns: 250, seed });
  });

  it.each(SEEDS)('agree on a few rows with something wrong or odd among many sound ones, seed %i', async (seed) => {
    await fc.assert(fc.asyncProperty(longInputs, expectAgreement), { numRuns: 60, seed });
  });

  it.each(SEEDS)('both take sound inputs, seed %i', async (seed) => {
    const bothTake = async (lines: readonly Buffer[]) => {
      const content = fileOf(lines);
      expect(await findingsOf(content)).toEqual([]);
      expect(await verdictOf(content)).toEqual({ failed: new Map() });
    };
    await fc.assert(fc.asyncProperty(soundInputsOf(40), bothTake), { numRuns: 25, seed });
  });
});
