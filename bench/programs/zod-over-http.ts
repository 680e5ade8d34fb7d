import { argv } from 'node:process';
import { Storage } from '@google-cloud/storage';
import { parseObjectUri } from '../../src/gateways/gs-uri';
import { printMeasured } from './measured';
import { checkWithZod } from './zod-rows';

/** As the library does it by itself, which checks the crc32c of a whole object. */
void printMeasured(() => {
  const [, , apiEndpoint, uri] = argv;
  const { bucket, name } = parseObjectUri(String(uri));
  const storage = new Storage({ apiEndpoint: String(apiEndpoint), projectId: 'acme-project' });
  return checkWithZod(storage.bucket(bucket).file(name).createReadStream());
});
