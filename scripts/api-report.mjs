import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

// One report in etc/ for each typed entry of package.json's exports, made from the declarations in dist. With --write
// the reports are renewed; without, one that differs from what is committed fails.
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const write = process.argv.includes('--write');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

function reportName(entry) {
  return entry === '.' ? manifest.name : `${manifest.name}-${entry.slice(2).replaceAll('/', '-')}`;
}

function reportOf(entry, declarations) {
  const configPath = join(root, 'api-extractor.json');
  const configObject = ExtractorConfig.loadFile(configPath);
  configObject.mainEntryPointFilePath = join(root, declarations);
  configObject.apiReport.reportFileName = `${reportName(entry)}.api.md`;
  const config = ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: configPath,
    packageJsonFullPath: join(root, 'package.json'),
  });
  return Extractor.invoke(config, {
    localBuild: write,
    messageCallback(message) {
      // The message about TypeScript's version, and the banner: neither says anything about our types.
      if (message.logLevel === ExtractorLogLevel.Info || message.messageId.startsWith('console-compiler-version'))
        message.handled = true;
    },
  });
}

mkdirSync(join(root, 'etc'), { recursive: true });
let failures = 0;
for (const [entry, target] of Object.entries(manifest.exports)) {
  if (typeof target === 'string') continue;
  if (!existsSync(join(root, target.types))) {
    console.error(`${entry}: ${target.types} doesn't exist. Run "npm run build", or mend exports in package.json.`);
    failures += 1;
    continue;
  }
  const { succeeded, apiReportChanged } = reportOf(entry, target.types);
  if (apiReportChanged) console.error(`${entry}: the public types changed. Run "npm run api" and commit etc/.`);
  if (!succeeded) failures += 1;
}
process.exitCode = failures === 0 ? 0 : 1;
