/** A client connected to a server of its own in this process; both go with the test. */
import type { TestContext } from 'node:test';
import { ZooKeeper, type ZooKeeperOptions } from '../../src/client/index.ts';
import type { RunningStandaloneServer } from '../../src/server/index.ts';
import { cleanUp, startEmbedded } from '../server/embedded-server.ts';

export interface ConnectedClient {
  readonly server: RunningStandaloneServer;
  readonly zk: ZooKeeper;
  /** One more, of the same server. */
  other(options?: ZooKeeperOptions & { readonly chroot?: string }): Promise<ZooKeeper>;
}

export async function connectedClient(
  t: TestContext,
  options: ZooKeeperOptions & { readonly config?: Record<string, string | number> } = {},
): Promise<ConnectedClient> {
  const { config, ...rest } = options;
  const server = await startEmbedded(t, { config: { tickTime: 100, ...config } });
  const connect = async ({ chroot = '', ...more }: ZooKeeperOptions & { chroot?: string }) => {
    const address = `127.0.0.1:${server.port}${chroot}`;
    const zk = await ZooKeeper.connect(address, { reconnect: { baseMs: 10 }, ...more });
    cleanUp(t, () => zk.close());
    return zk;
  };
  return { server, zk: await connect(rest), other: (more = {}) => connect(more) };
}
