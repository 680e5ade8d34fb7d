import type { OutputBehaviour } from '../scenario';
import type { BlobStore } from '../storage/blob-store';
import type { ImportedInput } from './job-input';
import type { JobOutput } from './job-output';
import { locate } from './object-uri';
import { OutputFiles, outputFileNames } from './output-files';
import { writeDenied } from './write-denied';

/** JSON lines in a directory of Cloud Storage. */
export class FileOutput implements JobOutput {
  readonly place: string;
  readonly #store: BlobStore;
  readonly #behaviour: OutputBehaviour;
  #files: OutputFiles | undefined;

  constructor(store: BlobStore, directory: string, behaviour: OutputBehaviour) {
    this.#store = store;
    this.place = directory;
    this.#behaviour = behaviour;
  }

  get info(): Readonly<Record<string, string>> {
    return { gcsOutputDirectory: this.place };
  }

  locate(): void {
    locate(this.#store, this.place);
  }

  open(input: ImportedInput): void {
    this.#files = new OutputFiles(this.#store, input.rows, this.#behaviour.files ?? 1);
  }

  add(line: string): void {
    this.#files?.add(line);
  }

  get isFull(): boolean {
    return this.#files?.isFull ?? false;
  }

  async flush(): Promise<void> {
    await this.#files?.flush();
  }

  async commit(interrupted: boolean): Promise<readonly string[]> {
    if (this.#files === undefined) return [];
    const names = outputFileNames(this.#behaviour, interrupted);
    const { bucket, name } = locate(this.#store, this.place);
    if (this.#behaviour.denied === true) {
      await this.#files.abort();
      throw writeDenied('storage.objects.create', `${this.place}/${names[0]}`);
    }
    const blobs = await this.#files.commit(bucket, name, names, !interrupted);
    return blobs.map((blob) => `gs://${blob.bucket}/${blob.name}`);
  }
}
