import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(__dirname, '../../..');
const ANSWER_MS = 60_000;

interface AuditReport {
  /** Absent where the registry answers no audit. */
  readonly auditReportVersion?: number;
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>;
  readonly message?: string;
}

it('the registry knows of no grave vulnerability in a locked package', { timeout: 2 * ANSWER_MS }, async ({ skip }) => {
  const report = await audit();
  if (report.auditReportVersion === undefined) skip(`not checked: ${report.message ?? 'the registry gave no audit'}`);
  const grave = Object.entries(report.vulnerabilities ?? {})
    .filter(([, { severity }]) => severity === 'high' || severity === 'critical')
    .map(([name, { severity }]) => `${name}: ${severity}`);
  expect(grave).toEqual([]);
});

/** npm ends with 1 for what it finds and for no answer alike; only what it writes tells them apart. */
function audit(): Promise<AuditReport> {
  const command = ['audit', '--json', '--package-lock-only', '--fetch-retries=0'];
  return new Promise((resolve) => {
    execFile('npm', command, { cwd: ROOT, timeout: ANSWER_MS, maxBuffer: 2 ** 26 }, (failure, stdout) => {
      resolve(reportIn(stdout) ?? { message: failure?.message ?? 'npm wrote no report' });
    });
  });
}

function reportIn(text: string): AuditReport | undefined {
  try {
    return JSON.parse(text) as AuditReport;
  } catch {
    return undefined;
  }
}
