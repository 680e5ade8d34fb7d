import type { Command } from 'commander';
import { action, withCommonOptions, type CommonFlags, type Host, type Invocation } from '../command-line';
import { EXIT, type ExitCode } from '../exit-code';
import { wholeNumber } from '../flag-values';
import { objectStore } from '../google';
import { bytesText } from '../text/quantities';
import { givenInput } from '../validation/local-input';
import { printProblems, sumsText, validText } from '../validation/show-report';
import { validateInput } from '../validation/validate-input';

interface ValidateFlags extends CommonFlags {
  readonly maxProblems: number;
  readonly keyField?: string;
}

export function addValidate(program: Command, host: Host): void {
  const command = program
    .command('validate')
    .summary('the validation that a run does')
    .description('Validates input as a run does, before anything is spent. Needs neither Temporal nor a worker.')
    .argument('<input...>', 'local files, gs:// objects and wildcards, or - for stdin')
    .option('--max-problems <count>', 'list at most so many', wholeNumber, 100)
    .option('--key-field <name>', 'top-level field that must identify each row');
  withCommonOptions(command, 'vertex-batch validate prompts.jsonl').action(
    action<ValidateFlags, [names: string[]]>(host, validate),
  );
}

async function validate(invocation: Invocation<ValidateFlags>, names: readonly string[]): Promise<ExitCode> {
  const { output, flags, config, stdin } = invocation;
  const input = await givenInput(names, stdin);
  try {
    const options = {
      keyField: flags.keyField ?? null,
      maxProblems: flags.maxProblems,
      remote: () => objectStore(config),
      signal: new AbortController().signal,
      onProgress: ({ bytes, of }: { readonly bytes: number; readonly of: number }) =>
        output.live.show(() => `validating ${bytesText(bytes)} of ${bytesText(of)}`),
    };
    return await validateInput(input, options, async (report, textOf) => {
      output.live.hide();
      output.json(report);
      await printProblems(output, report, textOf);
      output.print(report.valid ? `valid  ${validText(report)}` : sumsText(report));
      return report.valid ? EXIT.done : EXIT.failed;
    });
  } finally {
    await input.dispose();
  }
}
