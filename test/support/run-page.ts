import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { VertexBatchRun } from '../../src/client';
import { launchBrowser } from './browser';
import type { TestTemporal } from './temporal';
import { waitFor } from './wait-for';

/** Pages of a run, by the last part of their address. */
type Tab = 'timeline' | 'user-metadata' | 'pending-activities';

/** The Temporal UI as a person sees it: a run's pages in a real browser. */
export class RunPage {
  readonly #url: string;
  readonly #temporal: TestTemporal;
  readonly #browser: Browser;
  readonly #page: Page;
  readonly #screenshots: string;

  private constructor(url: string, temporal: TestTemporal, browser: Browser, page: Page, screenshots: string) {
    this.#url = url;
    this.#temporal = temporal;
    this.#browser = browser;
    this.#page = page;
    this.#screenshots = screenshots;
  }

  /** @param url Where the UI is served. */
  static async launch(url: string, temporal: TestTemporal): Promise<RunPage> {
    const screenshots = await mkdtemp(join(tmpdir(), 'vertex-batch-ui-'));
    process.stdout.write(`Screenshots of the Temporal UI are in ${screenshots}\n`);
    const browser = await launchBrowser();
    const page = await browser.newPage({ viewport: { width: 1400, height: 1100 } });
    return new RunPage(url, temporal, browser, page, screenshots);
  }

  async open(run: VertexBatchRun, tab: Tab): Promise<void> {
    const { runId } = await run.status();
    const id = encodeURIComponent(run.workflowId);
    const { namespace } = this.#temporal;
    const address = `${this.#url}/namespaces/${namespace}/workflows/${id}/${runId}/${tab}`;
    await this.#page.goto(address, { waitUntil: 'load' });
  }

  /** Markdown is shown in frames of its own. */
  async text(): Promise<string> {
    const frames = this.#page.frames();
    const texts = await Promise.all(frames.map((frame) => frame.locator('body').innerText({ timeout: 5_000 })));
    return texts.join('\n').replaceAll(/\s+/g, ' ');
  }

  /** What the page still doesn't show when it has had its time. */
  async lacks(...expected: readonly string[]): Promise<readonly string[]> {
    let missing = expected;
    const isComplete = async () => {
      const shown = await this.text();
      missing = expected.filter((part) => !shown.includes(part));
      return missing.length === 0;
    };
    await waitFor(isComplete, { what: this.#page.url(), timeoutMs: 60_000, intervalMs: 250 }).catch(() => {});
    return missing;
  }

  async linksNamed(name: string): Promise<(string | null)[]> {
    const found = await Promise.all(
      this.#page.frames().map(async (frame) => {
        const links = await frame.getByRole('link', { name, exact: true }).all();
        return await Promise.all(links.map((link) => link.getAttribute('href')));
      }),
    );
    return found.flat();
  }

  /** Sends an update by the menu "More Actions", which offers those that the run listens to; gives what it says of this one. */
  async sendUpdate(name: string, input?: object): Promise<string> {
    await this.#page.getByRole('button', { name: 'More Actions' }).click();
    await this.#page.getByRole('menuitem', { name: 'Send an Update' }).click();
    const dialog = this.#page.getByRole('dialog', { name: 'Send an Update' });
    await dialog.getByRole('button', { name: 'Select an Update' }).click();
    const option = dialog.getByRole('option').filter({ hasText: name });
    const offered = await option.innerText();
    await option.click();
    if (input !== undefined) await dialog.locator('[contenteditable=true]').fill(JSON.stringify(input));
    await this.photograph(`update-${name}`);
    await dialog.getByRole('button', { name: 'Submit', exact: true }).click();
    return offered.replaceAll(/\s+/g, ' ');
  }

  async photograph(name: string): Promise<void> {
    await this.#page.screenshot({ path: join(this.#screenshots, `${name}.png`), fullPage: true });
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}
