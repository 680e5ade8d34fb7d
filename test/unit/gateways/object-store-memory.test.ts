import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import { describeObjectStore } from '../../support/object-store-contract';

describeObjectStore('MemoryObjectStore', {
  open: async () => ({ store: new MemoryObjectStore(), bucket: 'gs://acme' }),
});
