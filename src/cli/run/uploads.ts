import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { ObjectStore } from '../../gateways/object-store';
import { isGatewayError } from '../../gateways/gateway-error';
import { Crc32c } from '../../rows/crc32c';
import { CommandError, EXIT } from '../exit-code';
import type { InputFile } from '../../rows/threads/range-messages';

export interface PlannedUpload {
  readonly from: InputFile;
  readonly to: string;
}

/** Where local files go: the run's `input/`, by their own names, numbered where two have the same. */
export function planUploads(files: readonly InputFile[], directory: string): PlannedUpload[] {
  const names = files.map(({ path }) => basename(path));
  return files.map((from, index) => {
    const name = names[index] ?? '';
    const isShared = names.filter((other) => other === name).length > 1;
    return { from, to: `${directory}input/${isShared ? `${index + 1}-${name}` : name}` };
  });
}

/**
 * Uploads a file unless the same content stands there already.
 * @throws {CommandError} when other content stands there
 */
export async function upload(store: ObjectStore, { from, to }: PlannedUpload): Promise<'uploaded' | 'adopted'> {
  if (await isThere(store, from, to)) return 'adopted';
  try {
    await store.write(to, createReadStream(from.path) as AsyncIterable<Buffer>, {
      ifGenerationMatch: 0,
      contentType: 'application/x-ndjson',
    });
    return 'uploaded';
  } catch (error) {
    // somebody was quicker with the same file, or with another
    if (isGatewayError(error, 'precondition') && (await isThere(store, from, to))) return 'adopted';
    throw error;
  }
}

async function isThere(store: ObjectStore, from: InputFile, to: string): Promise<boolean> {
  const standing = await store.find(to);
  if (standing === undefined) return false;
  if (standing.size === from.size && standing.crc32c === (await crc32cOf(from.path))) return true;
  throw new CommandError(
    EXIT.usage,
    `${to} holds other content than ${from.uri}: this workflow id was started with another input. Choose another --workflow-id, or a higher rerun in the request.`,
  );
}

async function crc32cOf(path: string): Promise<string> {
  const crc32c = new Crc32c();
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) crc32c.update(chunk as Buffer);
  return String(crc32c);
}
