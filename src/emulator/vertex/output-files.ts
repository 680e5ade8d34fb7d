import type { Blob, BlobStore, BlobUpload } from '../storage/blob-store';
import type { OutputBehaviour } from '../scenario';

const CHUNK_BYTES = 256 * 1024;

/** The files of one job's output; rows go in one by one and nothing is to be seen before `commit`. */
export class OutputFiles {
  readonly #store: BlobStore;
  readonly #rowsPerFile: number;
  readonly #uploads: BlobUpload[] = [];
  #lines: string[] = [];
  #waiting = 0;
  #rowsInFile = 0;

  constructor(store: BlobStore, rows: number, files: number) {
    this.#store = store;
    this.#rowsPerFile = Math.max(1, Math.ceil(rows / files));
  }

  /** Whether enough has gathered that `flush` should be awaited. */
  get isFull(): boolean {
    return this.#waiting >= CHUNK_BYTES || this.#rowsInFile >= this.#rowsPerFile;
  }

  add(line: string): void {
    this.#lines.push(line, '\n');
    this.#waiting += line.length;
    this.#rowsInFile += 1;
  }

  async flush(): Promise<void> {
    if (this.#lines.length > 0) {
      const upload = this.#uploads.at(-1) ?? this.#open();
      const text = this.#lines.join('');
      this.#lines = [];
      this.#waiting = 0;
      await upload.append(Buffer.from(text, 'utf8'));
    }
    if (this.#rowsInFile >= this.#rowsPerFile) {
      this.#rowsInFile = 0;
      this.#open();
    }
  }

  /** Makes the files visible under these names; a file that got no row is left out unless `all`. */
  async commit(bucket: string, directory: string, names: readonly string[], all: boolean): Promise<Blob[]> {
    await this.flush();
    while (this.#uploads.length < names.length) this.#open();
    const blobs: Blob[] = [];
    for (const [index, upload] of this.#uploads.entries()) {
      const name = names[index];
      if (name === undefined || (upload.size === 0 && !all)) await upload.abort();
      else blobs.push(await upload.commit(bucket, `${directory}/${name}`, { contentType: 'application/octet-stream' }));
    }
    return blobs;
  }

  async abort(): Promise<void> {
    this.#lines = [];
    for (const upload of this.#uploads) await upload.abort();
  }

  #open(): BlobUpload {
    const upload = this.#store.createUpload();
    this.#uploads.push(upload);
    return upload;
  }
}

/** The names of a job's output files, in each shape that was reported of the service. */
export function outputFileNames(behaviour: OutputBehaviour, interrupted: boolean): string[] {
  const files = behaviour.files ?? 1;
  const prefix = interrupted && behaviour.incremental === true ? 'incremental_predictions' : 'predictions';
  const naming = behaviour.naming ?? (files === 1 ? 'plain' : 'numbered');
  return Array.from({ length: files }, (_, index) => {
    if (naming === 'sharded') return `${prefix}.jsonl-${digits(index, 5)}-of-${digits(files, 5)}`;
    return naming === 'plain' && files === 1 ? `${prefix}.jsonl` : `${prefix}_${digits(index + 1, 4)}.jsonl`;
  });
}

function digits(number: number, length: number): string {
  return String(number).padStart(length, '0');
}
