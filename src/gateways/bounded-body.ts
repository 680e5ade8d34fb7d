/** The text of an answer, or an error when it is longer than `limit` bytes. */
export async function readBoundedText(body: AsyncIterable<Uint8Array>, limit: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.byteLength;
    if (size > limit) throw new Error(`the answer is longer than ${limit} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size).toString('utf8');
}

/** The bytes of an answer as they come, or an error when `signal` fires before their end. */
export async function* bodyOf(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  if (!response.body) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await orAbort(reader.read(), signal);
      if (done) return;
      yield value;
    }
  } finally {
    // Harmless after the end; otherwise it frees the connection.
    reader.cancel().catch(() => undefined);
  }
}

/** `promise`, or a rejection with the signal's reason as soon as it fires, for work that may not listen to the signal itself. */
export function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
