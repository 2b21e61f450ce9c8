/**
 * A client that takes something by a recipe, prints it, and holds it until it is killed:
 *
 *   node --import tsx holder-process.ts 127.0.0.1:2181 lock /a
 */
import { ZooKeeper } from '../../src/client/index.ts';
import { LeaderLatch, Lock, LockingQueue, Semaphore } from '../../src/recipes/index.ts';

const HOLDERS: Readonly<Record<string, (zk: ZooKeeper, path: string) => Promise<unknown>>> = {
  lock: async (zk, path) => (await new Lock(zk, path).acquire()).fencingToken,
  semaphore: async (zk, path) =>
    (await new Semaphore(zk, path, { leasesMax: 1 }).acquire()).fencingToken,
  latch: async (zk, path) => {
    const latch = new LeaderLatch(zk, path);
    await latch.start();
    return (await latch.leadership()).fencingToken;
  },
  queue: async (zk, path) =>
    new TextDecoder().decode((await new LockingQueue(zk, path).take()).data),
};

const [connectString = '', recipe = '', path = ''] = process.argv.slice(2);
const zk = await ZooKeeper.connect(connectString, { sessionTimeoutMs: 400 });
console.log(String(await HOLDERS[recipe]?.(zk, path)));
