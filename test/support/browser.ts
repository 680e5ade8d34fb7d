import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';
import { inScratchDirectory, moveIntoPlace, serverCacheDirectory, withLock } from '../../src/dev/server-cache';

/** A Chromium without a window: an installed one, or the one that `npm ci` has brought. */
export async function launchBrowser(): Promise<Browser> {
  const installed = installedBrowser();
  if (installed !== undefined) return await chromium.launch({ executablePath: installed, args: ARGUMENTS });
  const directory = await unpackedChromium();
  return await chromium.launch({
    executablePath: join(directory, 'chromium'),
    args: ARGUMENTS,
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(directory, 'al2023', 'lib'),
      FONTCONFIG_FILE: join(directory, FONTS_FILE),
    },
  });
}

/** The sandbox needs rights that a container seldom has; these pages are our own. */
const ARGUMENTS = ['--no-sandbox', '--disable-gpu'];

/** The package's own file names directories that are Lambda's; without any font Chromium ends. */
const FONTS_FILE = 'fonts.conf';

const NAMES = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser'];

function installedBrowser(): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return directories
    .flatMap((directory) => NAMES.map((name) => join(directory, name)))
    .find((path) => existsSync(path));
}

/** Chromium as its package carries it, unpacked once for all clones of the project. */
async function unpackedChromium(): Promise<string> {
  const manifest = join(dirname(require.resolve('@sparticuz/chromium')), '../../package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const directory = join(serverCacheDirectory(), '../browsers', `chromium-${version}`);
  if (existsSync(directory)) return directory;
  await withLock(
    directory,
    () => {},
    async () => {
      if (!existsSync(directory)) await inScratchDirectory(directory, (scratch) => unpack(scratch, directory));
    },
  );
  return directory;
}

async function unpack(scratch: string, directory: string): Promise<void> {
  const script = join(__dirname, 'fixtures', 'unpack-chromium.ts');
  await promisify(execFile)(process.execPath, ['--import', 'tsx', script], {
    env: { PATH: process.env['PATH'], TMPDIR: scratch, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' },
  });
  const fonts = [join(directory, 'fonts'), '/usr/share/fonts'].map((path) => `<dir>${path}</dir>`).join('');
  const cache = `<cachedir>${join(directory, 'fonts-cache')}</cachedir>`;
  await writeFile(join(scratch, FONTS_FILE), `<?xml version="1.0"?><fontconfig>${fonts}${cache}</fontconfig>\n`);
  await moveIntoPlace(scratch, directory);
}
