/** The end of a session behind the back of its client, on any server. */
import { isZooKeeperError, ZooKeeper } from '../../src/client/index.ts';

/**
 * Another client takes the session up and closes it. Resolves when the first one, which is
 * connected, has noticed; with `onExpired: 'renew'` it goes on with a new session.
 *
 * Whoever loses its connection to the other takes the session up again, and may be quicker than the
 * other's request to close it: then it is tried once more.
 */
export async function endSession(zk: ZooKeeper): Promise<void> {
  const { session } = zk;
  const server = zk.server ?? '';
  let hasExpired = false;
  let onChange = (): void => {};
  const stop = zk.onState(({ state }) => {
    if (state === 'expired') hasExpired = true;
    if (state === 'expired' || state === 'connected') onChange();
  });
  while (!hasExpired) {
    const changed = new Promise<void>((resolve) => {
      onChange = resolve;
    });
    await closeSession(server, session);
    if (!hasExpired) await changed;
  }
  stop();
}

async function closeSession(server: string, session: ZooKeeper['session']): Promise<void> {
  try {
    const thief = await ZooKeeper.connect(server, { session });
    await thief.close();
  } catch (error) {
    if (!isZooKeeperError(error, 'SessionExpired')) throw error;
  }
}
