/** What tests of followers need: the next change, and a session that ends under its client. */
import { ZooKeeper } from '../../src/client/index.ts';

/** Resolves with the first event that the condition holds for. */
export function nextChange<E>(
  source: { onChange(listener: (event: E) => void): () => void },
  holds: (event: E) => boolean = () => true,
): Promise<E> {
  return new Promise((resolve) => {
    const stop = source.onChange((event) => {
      if (!holds(event)) return;
      stop();
      resolve(event);
    });
  });
}

/**
 * Ends the client's session as an expiry would: another client takes it up and closes it. Resolves
 * when the client has noticed; with `onExpired: 'renew'` it goes on with a new one.
 */
export async function endSession(zk: ZooKeeper): Promise<void> {
  const expired = new Promise<void>((resolve) => {
    const stop = zk.onState(({ state }) => {
      if (state !== 'expired') return;
      stop();
      resolve();
    });
  });
  const { server, session } = zk;
  const thief = await ZooKeeper.connect(server ?? '', { session });
  await thief.close();
  await expired;
}
