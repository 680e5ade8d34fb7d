import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunHistory } from './histories';
import type { StormReport } from './storm';

/** A storm in one line. */
export function stormLine({ plan, findings, happened, faults, answers, startedAgain, seconds }: StormReport): string {
  const name = plan.seed === 0 ? 'calm' : `seed ${plan.seed}`;
  const counted = (kind: string) => happened.filter((incident) => incident.kind === kind).length;
  const words = [
    `${name}: ${plan.runs.length} runs in ${seconds.toFixed(1)} s`,
    `${counted('kill-worker')} workers and ${counted('kill-server')} servers killed`,
    `${counted('cut')} cuts, ${counted('stall')} stalls, ${faults} faults`,
    `${counted('cancel')} cancels`,
    `${answers.adopted} adopted, ${answers.resubmitted} resubmitted, ${startedAgain} started again`,
  ];
  return `${words.join(' · ')}${findings.length === 0 ? '' : ` · ${findings.length} FINDINGS`}`;
}

/** All storms together, as rows of a table in Markdown. */
export function campaignTable(reports: readonly StormReport[]): string {
  const total = (count: (report: StormReport) => number) => reports.reduce((sum, report) => sum + count(report), 0);
  const happened = (kind: string) => total((report) => report.happened.filter((one) => one.kind === kind).length);
  const rows: [string, number][] = [
    ['runs', total(({ plan }) => plan.runs.length)],
    ['storms', reports.length],
    ['jobs paid', total(({ evidence }) => evidence.reduce((sum, { jobs }) => sum + jobs.length, 0))],
    ['workers killed', happened('kill-worker')],
    ['servers killed', happened('kill-server')],
    ['connections cut', happened('cut')],
    ['connections stalled', happened('stall')],
    ['calls of the services with a fault', total(({ faults }) => faults)],
    ['jobs that an operator named', total(({ answers }) => answers.adopted)],
    ['claims that an operator gave up', total(({ answers }) => answers.resubmitted)],
    ['cancels', happened('cancel')],
    ['runs started again after a refusal', total(({ startedAgain }) => startedAgain)],
    ['storms with findings', total(({ findings }) => (findings.length === 0 ? 0 : 1))],
    ['seconds', Math.round(total(({ seconds }) => seconds))],
  ];
  return ['| in all | |', '| --- | ---: |', ...rows.map(([what, count]) => `| ${what} | ${count} |`)].join('\n');
}

/** Writes down all that may explain a failure; gives the directory. */
export async function writeFailure(
  report: StormReport,
  histories: readonly RunHistory[],
  workerOutput: string,
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), `vertex-batch-chaos-seed-${report.plan.seed}-`));
  const { plan, findings, evidence, timeline } = report;
  const write = (name: string, content: unknown) =>
    writeFile(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  await write('findings.json', findings);
  await write('plan.json', plan);
  await write('timeline.txt', timeline.join('\n'));
  await write('evidence.json', evidence);
  await write('workers.log', workerOutput);
  for (const { workflowId, json } of histories) await write(`${workflowId}.history.json`, json);
  return directory;
}
