import { GatewayError } from '../../src/gateways/gateway-error';
import type { ObjectStore } from '../../src/gateways/object-store';

/** Whether a call fails, and whether it was carried out all the same. */
export type Fault = 'before' | 'after' | undefined;

/** A store whose calls fail as `nextFault` says: before they do anything, or after, so that only the answer is lost. */
export function failingStore(store: ObjectStore, nextFault: () => Fault): ObjectStore {
  const faulty = async <Value>(call: () => Promise<Value>): Promise<Value> => {
    const fault = nextFault();
    if (fault === 'before') throw lost();
    const value = await call();
    if (fault === 'after') throw lost();
    return value;
  };
  async function* faultyStream<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
    const fault = nextFault();
    if (fault === 'before') throw lost();
    yield* items;
    if (fault === 'after') throw lost();
  }
  return {
    find: (...call) => faulty(() => store.find(...call)),
    list: (...call) => faultyStream(store.list(...call)),
    read: (...call) => faultyStream(store.read(...call)),
    write: (...call) => faulty(() => store.write(...call)),
    compose: (...call) => faulty(() => store.compose(...call)),
    copy: (...call) => faulty(() => store.copy(...call)),
    delete: (...call) => faulty(() => store.delete(...call)),
  };
}

function lost(): GatewayError {
  return new GatewayError('unavailable', 'connection reset');
}
