/** Ends the whole job as FAILED. `code` is gRPC's. */
export class JobFailure extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'JobFailure';
    this.code = code;
  }
}
