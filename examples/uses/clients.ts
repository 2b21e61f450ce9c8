/**
 * Clients for the examples: of the servers named on the command line, or of a server that is
 * started for as long as the example runs.
 */
import { ZooKeeper } from 'zooid';
import { TestServer } from 'zooid/testing';

export interface Clients extends AsyncDisposable {
  /** Each is a session of its own, as another process would have. */
  connect(): Promise<ZooKeeper>;
}

export async function openClients(): Promise<Clients> {
  const [named] = process.argv.slice(2);
  const server = named === undefined ? await TestServer.start() : null;
  const connectString = named ?? server?.connectString ?? '';
  const open: ZooKeeper[] = [];
  return {
    async connect() {
      const zk = await ZooKeeper.connect(connectString);
      open.push(zk);
      return zk;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(open.map((zk) => zk.close()));
      await server?.close();
    },
  };
}
