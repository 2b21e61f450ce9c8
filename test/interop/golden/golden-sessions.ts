// What the real clients are told to do while scripts/capture-golden.ts records them: kazoo, the
// Java client (zkCli.sh and a small program), the C client, and raw frames for what none of them
// sends. The aim is every record in every form, not a test of behaviour.

import {
  authBody,
  createBody,
  createTtlBody,
  multiBody,
  pathBody,
  pathIntBody,
  pathVersionBody,
  pathWatchBody,
  reconfigBody,
  setAclBody,
  setDataBody,
  setWatches2Body,
  setWatchesBody,
} from '../raw-body.ts';
import { acl, buf, connectBody, Op, openAcl, RawClient, RawConnection } from '../raw-client.ts';

/** Run as `/usr/bin/python3 -c <this> host:port`. */
export const kazooSession = `
import sys
from kazoo.client import KazooClient
from kazoo.exceptions import KazooException
from kazoo.security import make_acl, make_digest_acl

def attempt(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except KazooException:
        return None

def watcher(event):
    pass

zk = KazooClient(hosts=sys.argv[1], timeout=10)
zk.start()
zk.create('/kazoo', b'value')
zk.create('/kazoo/ephemeral', b'', ephemeral=True)
zk.create('/kazoo/sequence-', b'x', sequence=True)
zk.create('/kazoo/both-', b'x', ephemeral=True, sequence=True)
zk.create('/kazoo/two', b'v', include_data=True)
zk.create('/kazoo/two-', b'v', include_data=True, ephemeral=True, sequence=True)
zk.create('/kazoo/gr\\u00fc\\u00dfe', b'unicode')
zk.create('/kazoo/acl', b'', acl=[make_acl('ip', '127.0.0.1', read=True, write=True, delete=True), make_digest_acl('user', 'pw', all=True)])
attempt(zk.create, '/kazoo', b'again')
attempt(zk.create, '/missing/child', b'')
zk.exists('/kazoo')
attempt(zk.exists, '/missing')
zk.exists('/kazoo/later', watch=watcher)
zk.create('/kazoo/later', b'')
zk.get('/kazoo', watch=watcher)
zk.set('/kazoo', b'other')
attempt(zk.set, '/kazoo', b'x', version=77)
zk.get_children('/kazoo', watch=watcher)
zk.get_children('/kazoo', include_data=True)
zk.get_acls('/kazoo')
zk.set_acls('/kazoo/two', [make_acl('world', 'anyone', all=True)])
zk.sync('/kazoo')
zk.add_auth('digest', 'user:pw')
good = zk.transaction()
good.create('/kazoo/t', b'1')
good.set_data('/kazoo/t', b'2', version=0)
good.check('/kazoo/t', version=1)
good.delete('/kazoo/t', version=1)
good.commit()
bad = zk.transaction()
bad.create('/kazoo/t', b'1')
bad.check('/missing', version=3)
bad.delete('/kazoo', version=-1)
bad.commit()
attempt(zk.reconfig, joining='server.9=127.0.0.1:1:2:participant;3', leaving=None, new_members=None)
attempt(zk.delete, '/kazoo')
zk.delete('/kazoo/later')
zk.stop()
stranger = KazooClient(hosts=sys.argv[1], timeout=10)
stranger.start()
try:
    stranger.add_auth('nosuch', 'user:pw')
except Exception:
    pass
stranger.stop()
`;

/** Piped into zkCli.sh line by line. */
export const zkCliSession: readonly string[] = [
  'create /cli value',
  'create -e /cli/e',
  'create -s /cli/s x',
  'create -e -s /cli/es x',
  'create -c /cli/container x',
  'create -t 86400000 /cli/ttl x',
  'create -s -t 86400000 /cli/ttls x',
  'get -s -w /cli',
  'stat -w /cli/none',
  'ls -s -w /cli',
  'ls /cli',
  'getAcl -s /cli',
  'setAcl -s /cli/s0000000001 world:anyone:r',
  'set -s /cli other',
  'addWatch -m PERSISTENT /cli/p',
  'addWatch -m PERSISTENT_RECURSIVE /cli/r',
  'removewatches /cli/p -a',
  'removewatches /cli/nothing -c',
  'getEphemerals /cli',
  'getAllChildrenNumber /cli',
  'addauth digest user:pw',
  'whoami',
  'sync /cli',
  'delete /cli/e',
  'setquota -n 10 -b 100 /cli',
  'listquota /cli',
  'config',
  'reconfig -remove 3',
  'deleteall /cli',
  'quit',
];

/** Typed into cli_mt. */
export const cClientSession: readonly string[] = [
  'create /c',
  'create +e /c/e',
  'create +s /c/s',
  'create +es /c/es',
  'create2 /c/two',
  'create2 +s /c/twos',
  'create +c /c/container',
  'create2 +c /c/container2',
  'create +t=86400000 /c/ttl',
  'set /c value',
  'get /c',
  'ls /c',
  'ls2 /c',
  'exists /c',
  'wexists /c/later',
  'exists /c/none',
  'sync /c',
  'addauth digest user:pw',
  'config',
  'create /c/later',
  'delete /c/later',
];

/** The Java client for what zkCli.sh never sends. Run as `java -cp … Session.java host:port`. */
export const javaSession = `
import java.util.*;
import org.apache.zookeeper.*;
import org.apache.zookeeper.data.*;

public class Session {
  public static void main(String[] args) throws Exception {
    Watcher watcher = event -> { };
    ZooKeeper zk = new ZooKeeper(args[0], 4000, watcher);
    String root = "/java" + args.length;
    List<ACL> open = ZooDefs.Ids.OPEN_ACL_UNSAFE;
    zk.create(root, null, open, CreateMode.PERSISTENT);
    zk.create(root + "/stat", new byte[0], open, CreateMode.PERSISTENT, new Stat());
    zk.multi(Arrays.asList(
      Op.create(root + "/a", "1".getBytes(), open, CreateMode.PERSISTENT),
      Op.create(root + "/c", "1".getBytes(), open, CreateMode.CONTAINER),
      Op.create(root + "/t", "1".getBytes(), open, CreateMode.PERSISTENT_WITH_TTL, 86400000L),
      Op.setData(root + "/a", "2".getBytes(), 0),
      Op.check(root + "/a", 1),
      Op.delete(root + "/a", -1)));
    zk.multi(new ArrayList<Op>());
    try {
      zk.multi(Arrays.asList(Op.check(root, 0), Op.delete(root + "/none", -1), Op.check("/", 0)));
    } catch (KeeperException expected) { }
    zk.multi(Arrays.asList(Op.getData(root), Op.getChildren(root), Op.getData("/none")));
    zk.exists(root + "/x", true);
    zk.getData(root, true, null);
    zk.getChildren(root, true);
    if (args.length > 1) zk.addWatch(root + "/p", watcher, AddWatchMode.PERSISTENT);
    if (args.length > 1) zk.addWatch(root + "/r", watcher, AddWatchMode.PERSISTENT_RECURSIVE);
    System.out.println("READY");
    System.in.read();
    Thread.sleep(3000);
    zk.getEphemerals();
    zk.close();
  }
}
`;

const createEverything = async (client: RawClient): Promise<void> => {
  const ask = (type: number, body?: Buffer) => client.request(type, body);
  await ask(Op.create, createBody('/raw'));
  await ask(Op.create, createBody('/raw/null', { data: null }));
  await ask(Op.create, createBody('/raw/empty', { data: '' }));
  await ask(Op.create, createBody('/raw/e', { flags: 1 }));
  await ask(Op.create2, createBody('/raw/s-', { flags: 2 }));
  await ask(Op.createContainer, createBody('/raw/c', { flags: 4 }));
  await ask(Op.createTTL, createTtlBody('/raw/t', 86_400_000n));
  await ask(Op.createTTL, createTtlBody('/raw/ts-', 86_400_000n, { flags: 6 }));
  await ask(Op.create, createBody('/raw/many', { acl: [openAcl, acl(1, 'ip', '10.0.0.0/8')] }));
};

const failEverything = async (client: RawClient): Promise<void> => {
  const ask = (type: number, body?: Buffer) => client.request(type, body);
  await ask(Op.create, createBody('/raw'));
  await ask(Op.create, createBody('/raw/bad', { acl: [] }));
  await ask(Op.create, createBody('/raw//bad'));
  await ask(Op.create, createBody('/raw/e/child'));
  await ask(Op.delete, pathVersionBody('/raw'));
  await ask(Op.delete, pathVersionBody('/none'));
  await ask(Op.delete, pathVersionBody('/raw/null', 9));
  await ask(Op.setData, setDataBody('/none', 'x'));
  await ask(Op.setACL, setAclBody('/raw', [openAcl], 9));
  await ask(Op.getData, pathWatchBody('/none'));
  await ask(Op.getChildren, pathWatchBody('/none'));
  await ask(Op.getChildren2, pathWatchBody('/none'));
  await ask(Op.exists, pathWatchBody('/none'));
  await ask(Op.getACL, pathBody('/none'));
  await ask(Op.getAllChildrenNumber, pathBody('/none'));
  await ask(Op.removeWatches, pathIntBody('/none', 3));
  await ask(Op.checkWatches, pathIntBody('/none', 3));
  await ask(Op.addWatch, pathIntBody('/raw', 9));
  await ask(Op.reconfig, reconfigBody({ leaving: '3' }));
  await ask(Op.createTTL, createTtlBody('/raw/t2', -1n));
  await ask(Op.multi, Buffer.from('0000', 'hex'));
};

const watchEverything = async (client: RawClient): Promise<void> => {
  const ask = (type: number, body?: Buffer) => client.request(type, body);
  await ask(Op.addWatch, pathIntBody('/raw/p', 0));
  await ask(Op.addWatch, pathIntBody('/raw/r', 1));
  await ask(Op.checkWatches, pathIntBody('/raw/p', 3));
  await ask(Op.create, createBody('/raw/p'));
  await ask(Op.setData, setDataBody('/raw/p', null));
  await ask(Op.create, createBody('/raw/p/child'));
  await ask(Op.delete, pathVersionBody('/raw/p/child'));
  await ask(Op.delete, pathVersionBody('/raw/p'));
  await ask(Op.removeWatches, pathIntBody('/raw/p', 3));
  const now = (await client.must(Op.ping)).zxid;
  const paths = { data: ['/raw', '/none'], exist: ['/raw', '/later'], child: ['/raw'] };
  await client.request(Op.setWatches, setWatchesBody(now, paths), -8);
  const more = { ...paths, persistent: ['/raw/p'], recursive: ['/raw/r'] };
  await client.request(Op.setWatches2, setWatches2Body(now, more), -8);
};

const readEverything = async (client: RawClient): Promise<void> => {
  const ask = (type: number, body?: Buffer) => client.request(type, body);
  for (const path of ['/raw', '/raw/null', '/raw/empty']) {
    await ask(Op.getData, pathWatchBody(path));
  }
  await ask(Op.exists, pathWatchBody('/raw', true));
  await ask(Op.getChildren, pathWatchBody('/raw'));
  await ask(Op.getChildren, pathWatchBody('/raw/null'));
  await ask(Op.getChildren2, pathWatchBody('/raw'));
  await ask(Op.getACL, pathBody('/raw/many'));
  await ask(Op.getEphemerals, pathBody('/raw'));
  await ask(Op.getAllChildrenNumber, pathBody('/raw'));
  await ask(Op.sync, pathBody('/raw'));
  await client.request(Op.ping, undefined, -2);
  await client.request(Op.auth, authBody('digest', 'user:pw'), -4);
  await ask(Op.whoAmI);
  await ask(Op.sasl, buf(''));
};

const writeEverything = async (client: RawClient): Promise<void> => {
  const ask = (type: number, body?: Buffer) => client.request(type, body);
  await ask(Op.setData, setDataBody('/raw', 'y', 0));
  await ask(Op.setACL, setAclBody('/raw/many', [openAcl, acl(31, 'auth', '')], 0));
  await ask(
    Op.multi,
    multiBody([
      [Op.create, createBody('/raw/m1')],
      [Op.create2, createBody('/raw/m2')],
      [Op.createContainer, createBody('/raw/m3', { flags: 4 })],
      [Op.createTTL, createTtlBody('/raw/m4', 86_400_000n)],
      [Op.setData, setDataBody('/raw/m1', 'y', 0)],
      [Op.check, pathVersionBody('/raw/m1', 1)],
      [Op.delete, pathVersionBody('/raw/m1', 1)],
    ]),
  );
  await ask(
    Op.multi,
    multiBody([
      [Op.create, createBody('/raw/m9')],
      [Op.delete, pathVersionBody('/none')],
      [Op.check, pathVersionBody('/raw')],
    ]),
  );
  await ask(Op.multi, multiBody([]));
  const reads = ['/raw', '/none', '/raw/null'].map(
    (path) => [Op.getData, pathWatchBody(path)] as const,
  );
  await ask(Op.multiRead, multiBody([...reads, [Op.getChildren, pathWatchBody('/raw')]]));
  await ask(Op.delete, pathVersionBody('/raw/m2'));
};

/** Every op by hand, for the answers of a server and for what no packaged client sends. */
export const rawSession = async (port: number): Promise<void> => {
  const client = await RawClient.connect(port, { timeOut: 30_000 });
  await createEverything(client);
  await readEverything(client);
  await writeEverything(client);
  await failEverything(client);
  await watchEverything(client);
  const old = await RawClient.connect(port, { readOnly: undefined });
  await old.request(Op.auth, authBody('nosuch', 'x'), -4);
  old.connection.destroy();
  const again = await RawConnection.open(port);
  again.sendFrame(connectBody({ sessionId: old.sessionId, passwd: Buffer.alloc(16, 1) }));
  await again.nextFrame();
  again.destroy();
  const unknown = await RawClient.connect(port);
  await unknown.request(99);
  unknown.connection.destroy();
  await client.close();
};
