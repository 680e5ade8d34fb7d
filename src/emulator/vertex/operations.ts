import { timestampOf } from '../clock';
import { GoogleError } from '../google-error';
import { hashOf } from '../seeded-random';

/** The long-running operations that deletions leave behind; each is done when it is first seen. */
export class Operations {
  readonly #operations = new Map<string, object>();

  finished(parent: string, micros: number): object {
    const id = `${hashOf(`operation ${this.#operations.size}`)}${String(this.#operations.size).padStart(9, '0')}`;
    const name = `${parent}/operations/${id}`;
    const time = timestampOf(micros);
    const operation = {
      name,
      metadata: {
        '@type': 'type.googleapis.com/google.cloud.aiplatform.v1.DeleteOperationMetadata',
        genericMetadata: { createTime: time, updateTime: time },
      },
      done: true,
      response: { '@type': 'type.googleapis.com/google.protobuf.Empty' },
    };
    this.#operations.set(name, operation);
    return operation;
  }

  /** @throws {GoogleError} NOT_FOUND */
  get(name: string): object {
    const operation = this.#operations.get(name);
    if (operation === undefined) throw new GoogleError('NOT_FOUND', `The Operation does not exist: ${name}.`);
    return operation;
  }
}
