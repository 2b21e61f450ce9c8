// The client of this package.

import { ZooKeeper } from '../../src/client/index.ts';
import type { MeasuredClient } from './measured-client.ts';

export const connectZooid = async (port: number): Promise<MeasuredClient> => {
  const zk = await ZooKeeper.connect(`127.0.0.1:${port}`);
  return {
    get: async (path) => (await zk.getData(path)).data.length,
    set: async (path, data) => {
      await zk.setData(path, data);
    },
    create: async (path, data) => {
      await zk.create(path, data);
    },
    close: () => zk.close(),
  };
};
