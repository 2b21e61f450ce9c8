/** What tests of followers need: clients with a root of their own, and the next change. */
import { ZooKeeper, type ZooKeeperOptions } from '../../src/client/index.ts';
import { recipeTest } from './recipe-test.ts';

export interface RootedContext {
  /** To them `/` is a node of this test alone. */
  connect(options?: ZooKeeperOptions): Promise<ZooKeeper>;
}

/** A recipeTest whose clients have a chroot of their own, so that paths can be short. */
export function rootedTest(title: string, body: (context: RootedContext) => Promise<void>): void {
  recipeTest(title, async ({ path, connectString, connect, cleanUp }) => {
    await (await connect()).create(path);
    await body({
      async connect(options = {}) {
        const zk = await ZooKeeper.connect(`${connectString}${path}`, {
          reconnect: { baseMs: 10, maxMs: 50 },
          connectionTimeoutMs: 1000,
          ...options,
        });
        cleanUp(() => zk.close());
        return zk;
      },
    });
  });
}

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
