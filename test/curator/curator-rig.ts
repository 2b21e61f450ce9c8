/** A started client in Curator's style on a server of its own, and a plain client beside it. */
import type { TestContext } from 'node:test';
import {
  type CuratorFramework,
  CuratorFrameworkFactory,
  retryOneTime,
} from '../../src/curator/index.ts';
import { connectedClient } from '../client/connected-client.ts';

export async function curatorRig(t: TestContext, namespace = '') {
  const { server, zk } = await connectedClient(t);
  const builder = CuratorFrameworkFactory.builder()
    .connectString(`127.0.0.1:${server.port}`)
    .retryPolicy(retryOneTime(10));
  const client: CuratorFramework = (
    namespace === '' ? builder : builder.namespace(namespace)
  ).build();
  t.after(() => client.close());
  client.start();
  return { client, zk, port: server.port };
}
