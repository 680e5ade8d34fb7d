import { TableStoreMemory } from '../../../src/gateways/table-store-memory';
import { describeTableStore } from '../../support/table-store-contract';

describeTableStore('TableStoreMemory', {
  open: async () => {
    const store = new TableStoreMemory();
    return { store, put: async (uri, table) => store.put(uri, table) };
  },
});
