import { MessageChannel } from 'node:worker_threads';

/** What is sent to a closed port is gone, memory that came along with it at once. */
const { port1: nowhere } = new MessageChannel();
nowhere.close();

/**
 * Frees the memory of bytes that nobody uses any more. The engine lets some 40 MB of it come together first: what lies outside of its
 * heap hardly counts until it does. Bytes that share their memory with others stay.
 */
export function giveBack({ buffer, length }: Uint8Array): void {
  if (length > 0 && buffer instanceof ArrayBuffer && buffer.byteLength === length) nowhere.postMessage(null, [buffer]);
}
