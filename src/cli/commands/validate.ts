import type { Command } from 'commander';
import { isInBigQuery } from '../../domain/bigquery-uri';
import { forTable } from '../../domain/table-validation';
import { givenInput } from '../../input/given-input';
import type { Validated } from '../../input/validate-given';
import { action, withCommonOptions, type CommonFlags, type Host, type Invocation } from '../command-line';
import { EXIT, type ExitCode } from '../exit-code';
import { tableStore } from '../google';
import { listenForInterrupts } from '../interrupts';
import { spoolingLive, validateLive } from '../validation/live-validation';
import { printProblems, sumsText, validText } from '../validation/show-report';
import { addValidationOptions, validationByFlags, type ValidationFlags } from '../validation/validation-flags';

interface ValidateFlags extends CommonFlags, ValidationFlags {
  readonly keyField?: string;
}

const SHOWN_PROBLEMS = 100;

const AFTER_HELP = `
Exit code 0 when a run would start: without errors, or under --on-error quarantine with no other errors than those of
single rows, and a row left; 1 when it would not; warnings don't count.`;

export function addValidate(program: Command, host: Host): void {
  const command = program
    .command('validate')
    .summary('the validation that a run does')
    .description('Validates input as a run does, before anything is spent. Needs neither Temporal nor a worker.')
    .argument(
      '<input...>',
      'local files, gs:// objects and wildcards, one table bq://project.dataset.table, or - for stdin',
    )
    .option('--key-field <name>', 'top-level field that must identify each row');
  addValidationOptions(command, SHOWN_PROBLEMS).addHelpText('after', AFTER_HELP);
  withCommonOptions(command, 'vertex-batch validate prompts.jsonl').action(
    action<ValidateFlags, [names: string[]]>(host, validate),
  );
}

async function validate(invocation: Invocation<ValidateFlags>, names: readonly string[]): Promise<ExitCode> {
  const { output, flags, stdin, config } = invocation;
  const interrupts = listenForInterrupts();
  const { signal } = interrupts;
  try {
    const tables = () => tableStore(config);
    const input = await givenInput(names, { stdin, signal, tables, onSpooled: spoolingLive(output) });
    try {
      const { validation, threads } = validationByFlags(flags, SHOWN_PROBLEMS);
      const isTable = names.some(isInBigQuery);
      const options = {
        ...{ keyField: flags.keyField ?? null, signal, threads },
        validation: isTable ? forTable(validation) : validation,
      };
      return await show(invocation, await validateLive(invocation, input, options));
    } finally {
      await input.dispose();
    }
  } catch (error) {
    if (signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    interrupts.dispose();
  }
}

async function show({ output }: Invocation, validated: Validated): Promise<ExitCode> {
  const { report } = validated;
  output.json(report);
  await printProblems(output, validated);
  if (report.errors + report.warnings > 0) output.print('');
  output.print(report.valid ? `valid  ${validText(report)}` : sumsText(report));
  return report.valid ? EXIT.done : EXIT.failed;
}
