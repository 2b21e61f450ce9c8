// Fills a Java server's data directory with every kind of transaction and node, and reads the
// whole tree back with all Stat fields: the state that the golden log and snapshot files lead to,
// and the measure by which data directories are compared when servers take turns on them.

import { setTimeout as delay } from 'node:timers/promises';
import {
  authBody,
  createBody,
  createTtlBody,
  multiBody,
  pathBody,
  pathVersionBody,
  pathWatchBody,
  setAclBody,
  setDataBody,
} from './raw-body.ts';
import { acl, Op, openAcl, RawClient } from './raw-client.ts';

/** Containers and TTL nodes go within half a second. */
export const diskProperties: Record<string, string> = {
  'zookeeper.extendedTypesEnabled': 'true',
  'znode.container.checkIntervalMs': '250',
  'zookeeper.DigestAuthenticationProvider.superDigest': 'super:D/InIHSb7yEEbrWz8b9l71RjZJU=',
};

export interface NodeState {
  readonly path: string;
  /** Hex, or null for null data. */
  readonly data: string | null;
  /** The getACL answer's vector, hex. */
  readonly acl: string;
  /** The 68 bytes of Stat, hex. */
  readonly stat: string;
}

const makeKinds = async (client: RawClient): Promise<void> => {
  const digestAcl = acl(31, 'digest', 'user:tbvAGhYDMq3Jz7Pw1gmAfaVO1zk=');
  await client.must(Op.create, createBody('/plain', { data: 'value' }));
  await client.must(Op.create, createBody('/null', { data: null }));
  await client.must(Op.create, createBody('/empty', { data: '' }));
  await client.must(Op.create, createBody('/größe-日本', { data: 'unicode' }));
  await client.must(Op.create2, createBody('/two', { data: Buffer.from([0, 1, 254, 255]) }));
  await client.must(Op.create, createBody('/secret', { acl: [digestAcl] }));
  await client.must(
    Op.create,
    createBody('/shared', { acl: [openAcl, acl(1, 'ip', '10.0.0.0/8')] }),
  );
  await client.must(Op.createContainer, createBody('/container', { flags: 4 }));
  await client.must(Op.createTTL, createTtlBody('/ttl', 86_400_000n));
  await client.must(Op.createTTL, createTtlBody('/plain/ttl-', 1_099_511_627_775n, { flags: 6 }));
  for (let index = 0; index < 3; index += 1) {
    await client.must(Op.create, createBody('/plain/seq-', { flags: 2, data: `${index}` }));
  }
  await client.must(Op.create, createBody('/plain/ephemeral', { flags: 1 }));
  await client.must(Op.create, createBody('/plain/es-', { flags: 3 }));
};

const changeThings = async (client: RawClient): Promise<void> => {
  await client.must(Op.setData, setDataBody('/plain', 'changed', 0));
  await client.must(Op.setData, setDataBody('/two', null));
  await client.must(Op.setACL, setAclBody('/two', [acl(31, 'auth', '')]));
  await client.must(Op.delete, pathVersionBody('/plain/seq-0000000002'));
  await client.request(Op.create, createBody('/plain'));
  await client.request(Op.delete, pathVersionBody('/none'));
  await client.request(Op.setData, setDataBody('/plain', 'x', 99));
  await client.must(
    Op.multi,
    multiBody([
      [Op.create, createBody('/multi', { data: 'm' })],
      [Op.create2, createBody('/multi/two')],
      [Op.createContainer, createBody('/multi/c', { flags: 4 })],
      [Op.createTTL, createTtlBody('/multi/t', 60_000_000n)],
      [Op.create, createBody('/multi/seq-', { flags: 2 })],
      [Op.setData, setDataBody('/multi', 'n', 0)],
      [Op.check, pathVersionBody('/multi', 1)],
      [Op.delete, pathVersionBody('/multi/two', 0)],
    ]),
  );
  await client.must(
    Op.multi,
    multiBody([
      [Op.create, createBody('/multi/no')],
      [Op.delete, pathVersionBody('/none')],
      [Op.setData, setDataBody('/plain', 'no')],
    ]),
  );
  await client.must(Op.create, createBody('/zookeeper/quota/plain', { data: '' }));
  const limits = 'count=100,bytes=100000=;byteHardLimit=-1;countHardLimit=-1';
  await client.must(
    Op.create,
    createBody('/zookeeper/quota/plain/zookeeper_limits', { data: limits }),
  );
  await client.must(
    Op.create,
    createBody('/zookeeper/quota/plain/zookeeper_stats', { data: 'count=0,bytes=0' }),
  );
};

const waitUntilGone = async (client: RawClient, path: string): Promise<void> => {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const reply = await client.request(Op.exists, pathWatchBody(path));
    if (reply?.err === -101) return;
    await delay(25);
  }
  throw new Error(`${path} was not reaped.`);
};

/**
 * All kinds of transactions: sessions that begin and end, every op, failures, and what the reaper
 * does. Resolves with the client whose session and ephemerals are still alive.
 */
export const fillDataDirectory = async (port: number): Promise<RawClient> => {
  const client = await RawClient.connect(port, { timeOut: 40_000 });
  await client.must(Op.auth, authBody('digest', 'user:pw'));
  await makeKinds(client);
  await changeThings(client);
  const passing = await RawClient.connect(port, { timeOut: 20_000 });
  await passing.must(Op.create, createBody('/plain/passing', { flags: 1 }));
  await passing.close();
  const idle = await RawClient.connect(port, { timeOut: 20_000 });
  await idle.close();
  await client.must(Op.createContainer, createBody('/reaped', { flags: 4 }));
  await client.must(Op.create, createBody('/reaped/child'));
  await client.must(Op.delete, pathVersionBody('/reaped/child'));
  await client.must(Op.createTTL, createTtlBody('/expired', 1n));
  await waitUntilGone(client, '/reaped');
  await waitUntilGone(client, '/expired');
  return client;
};

const readNode = async (client: RawClient, path: string): Promise<NodeState> => {
  const data = await client.must(Op.getData, pathWatchBody(path));
  const length = data.body.readInt32BE(0);
  const acls = await client.must(Op.getACL, pathBody(path));
  return {
    path,
    data: length < 0 ? null : data.body.subarray(4, 4 + length).toString('hex'),
    acl: acls.body.subarray(0, -68).toString('hex'),
    stat: data.body.subarray(-68).toString('hex'),
  };
};

const readChildren = async (client: RawClient, path: string): Promise<string[]> => {
  const { body } = await client.must(Op.getChildren, pathWatchBody(path));
  const names: string[] = [];
  let offset = 4;
  while (offset < body.length) {
    const end = offset + 4 + body.readInt32BE(offset);
    names.push(body.toString('utf8', offset + 4, end));
    offset = end;
  }
  return names.sort();
};

/** Every node in path order, read as super. */
export const readTree = async (port: number): Promise<NodeState[]> => {
  const client = await RawClient.connect(port, { timeOut: 20_000 });
  await client.must(Op.auth, authBody('digest', 'super:test'));
  const nodes: NodeState[] = [];
  const waiting = ['/'];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    nodes.push(await readNode(client, path));
    for (const name of await readChildren(client, path)) {
      waiting.push(path === '/' ? `/${name}` : `${path}/${name}`);
    }
  }
  await client.close();
  return nodes.sort((left, right) => (left.path < right.path ? -1 : 1));
};
