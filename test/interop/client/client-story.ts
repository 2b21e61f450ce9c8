/**
 * What the client sees of a server, line by line, so that Java's and ours can be compared. Ids, times
 * and the order of children, which differ from run to run, are left out.
 */
import {
  CREATOR_ALL_ACL,
  type Stat,
  type WatchEvent,
  type ZooKeeper,
  ZooKeeperError,
} from '../../../src/client/index.ts';

export type Write = (line: string) => void;

function show(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (each instanceof Uint8Array) return Buffer.from(each).toString();
    if (typeof each === 'bigint') return String(each);
    if (typeof each === 'object' && each !== null && 'mzxid' in each) return showStat(each as Stat);
    return each;
  });
}

function showStat(stat: Stat): string {
  const { version, cversion, aversion, dataLength, numChildren, ephemeralOwner } = stat;
  return `${version} ${cversion} ${aversion} ${dataLength} ${numChildren} ${ephemeralOwner !== 0n}`;
}

async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  try {
    const value = await promise;
    return Array.isArray(value) && value.every((each) => typeof each === 'string')
      ? show([...value].sort())
      : show(value);
  } catch (error) {
    if (!(error instanceof ZooKeeperError)) throw error;
    const results = error.results?.map(({ code }) => code);
    return `${error.code} ${error.operation} ${error.path} ${error.outcome} ${show(results)}`;
  }
}

/** Everything that one client can do. */
export async function tellOperations(zk: ZooKeeper, write: Write): Promise<void> {
  const say = async (name: string, promise: Promise<unknown>) =>
    write(`${name}: ${await outcomeOf(promise)}`);
  await say('create', zk.create('/a', 'grüße'));
  await say('create again', zk.create('/a'));
  await say('createWithStat', zk.createWithStat('/a/b', 'x', { mode: 'ephemeral' }));
  await say('below an ephemeral', zk.create('/a/b/c'));
  await say('container', zk.createWithStat('/c', '', { mode: 'container' }));
  await say('ttl', zk.create('/t', '', { mode: 'persistentWithTtl', ttlMs: 100_000 }));
  await say('sequential', zk.create('/a/n-', '', { mode: 'persistentSequential' }));
  await say(
    'sequential ttl',
    zk.create('/a/', '', { mode: 'persistentSequentialWithTtl', ttlMs: 9 }),
  );
  await say('getData', zk.getData('/a'));
  await say('getData of nothing', zk.getData('/none'));
  await say('exists of nothing', zk.exists('/none'));
  await say('setData', zk.setData('/a', 'y', { version: 0 }));
  await say('setData, other version', zk.setData('/a', 'y', { version: 0 }));
  await say('getChildren', zk.getChildren('/a'));
  await say('getChildrenWithStat', zk.getChildrenWithStat('/a/b'));
  await say('getAllChildrenNumber', zk.getAllChildrenNumber('/a'));
  await say('getEphemerals', zk.getEphemerals());
  await say('delete, not empty', zk.delete('/a'));
  await say('sync', zk.sync('/a'));
  await say('ensurePath', zk.ensurePath('/x/y/z'));
  await say('createParents', zk.create('/p/q/r', '', { createParents: 'container' }));
  await say(
    'protect',
    zk.create('/x/p', '', { protect: true }).then((path) => path.slice(-2)),
  );
  await say('delete recursive', zk.delete('/x', { recursive: true }));
  await say(
    'multi',
    zk.multi().create('/m', '1').setData('/m', '2').check('/m', 1).delete('/m').commit(),
  );
  await say('multi, container', zk.multi().create('/mc', '', { mode: 'container' }).commit());
  await say('multi, failing', zk.multi().create('/m').delete('/none').create('/m2').commit());
  await say('multiRead', zk.multiRead().getData('/a').getChildren('/a/b').commit());
  await say(
    'multiRead, failing',
    zk
      .multiRead()
      .getData('/none')
      .commit()
      .then(([one]) => one.ok),
  );
  await say('whoAmI', zk.whoAmI());
  await say('addAuth', zk.addAuth('digest', 'me:secret'));
  await say('create for me', zk.create('/mine', 'x', { acl: CREATOR_ALL_ACL }));
  await say('getAcl', zk.getAcl('/mine'));
  await say('setAcl, empty', zk.setAcl('/mine', []));
  await say(
    'setAcl',
    zk.setAcl('/mine', [{ permissions: ['read'], scheme: 'world', id: 'anyone' }]),
  );
  await say('not mine', zk.setAcl('/mine', CREATOR_ALL_ACL));
  await say(
    'getConfig',
    zk.getConfig().then(({ data }) => data.length),
  );
  await say('reconfig', zk.reconfig({ leaving: '5' }));
  await say('zxid', Promise.resolve(zk.lastZxid > 0n));
}

/** Watches of all kinds, and their removal. Each line is an event or an outcome. */
export async function tellWatches(zk: ZooKeeper, write: Write): Promise<void> {
  const listen = (name: string) => (event: WatchEvent) => {
    const reason = event.type === 'continuityBroken' ? ` ${event.reason}` : '';
    write(`${name}: ${event.type} ${event.path}${reason}`);
  };
  const say = async (name: string, promise: Promise<unknown>) =>
    write(`${name}: ${await outcomeOf(promise)}`);
  await zk.exists('/w', { watch: listen('exists') });
  await say('create', zk.create('/w'));
  await zk.getData('/w', { watch: listen('data') });
  await zk.getChildren('/w', { watch: listen('children') });
  await say('child', zk.create('/w/c'));
  await say('set', zk.setData('/w', 'x'));
  const remove = await zk.addWatch('/w', listen('persistent'));
  const removeAll = await zk.addWatch('/', listen('recursive'), { mode: 'persistentRecursive' });
  await say('set', zk.setData('/w', 'y'));
  await say('grandchild', zk.create('/w/c/d'));
  await say('delete', zk.delete('/w', { recursive: true }));
  await remove();
  await removeAll();
  await say('create', zk.create('/w'));
  await zk.getData('/w', { watch: listen('data') });
  await say('removeWatches', zk.removeWatches('/w', { kind: 'data' }));
  await say('removeWatches again', zk.removeWatches('/w', { kind: 'data' }));
  await zk.exists('/w', { watch: listen('gone') });
  await say('delete', zk.delete('/w'));
}
