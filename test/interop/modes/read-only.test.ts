// A member that has lost its ensemble, with readonlymode.enabled: what it still does, and for whom.

import type { TestEnsemble } from '../ensemble/test-ensemble.ts';
import { cat, Op, RawClient, str, vec } from '../raw-client.ts';
import {
  compareStory,
  createBody,
  describeReply,
  isEnded,
  pathBody,
  tryConnect,
  untilIsro,
  wordLines,
} from './mode-session.ts';

const UNKNOWN = 0x0155_0000_0000_0001n;

/** A session that is over and one that is not; and then one server of two is alone. */
const loseQuorum = async (ensemble: TestEnsemble) => {
  const { port } = ensemble.member(1);
  const over = await RawClient.connect(port);
  await over.must(Op.create, createBody('/over', 1));
  await over.close();
  const client = await RawClient.connect(port, { timeOut: 40_000 });
  await client.must(Op.create, createBody('/a'));
  await client.must(Op.create, createBody('/e', 1));
  await ensemble.member(2).kill();
  await untilIsro(ensemble, port, 'ro');
  return { client, over };
};

const tellOfRequests = async (client: RawClient, write: (line: string) => void): Promise<void> => {
  const asked: readonly (readonly [what: string, type: number, body: Buffer, xid?: number])[] = [
    ['getData', Op.getData, pathBody('/a', true)],
    ['exists', Op.exists, pathBody('/none', true)],
    ['getChildren', Op.getChildren, pathBody('/')],
    ['ping', Op.ping, Buffer.alloc(0), -2],
    ['auth', Op.auth, cat(Buffer.alloc(4), str('digest'), str('u:p')), -4],
    ['create', Op.create, createBody('/x')],
    ['ephemeral', Op.create, createBody('/x', 1)],
    ['create2', Op.create2, createBody('/x')],
    ['setData', Op.setData, cat(str('/a'), str('x'), Buffer.alloc(4, 0xff))],
    ['delete', Op.delete, cat(str('/a'), Buffer.alloc(4, 0xff))],
    ['setACL', Op.setACL, cat(str('/a'), vec([]), Buffer.alloc(4, 0xff))],
    ['setData without a body', Op.setData, Buffer.alloc(0)],
    ['sync', Op.sync, str('/a')],
    ['multi', Op.multi, cat(Buffer.alloc(4, 0xff), Buffer.of(1), Buffer.alloc(4, 0xff))],
    ['closeSession', Op.closeSession, Buffer.alloc(0)],
  ];
  for (const [what, type, body, xid] of asked) {
    write(`${what}: ${describeReply(await client.request(type, body, xid))}`);
  }
};

for (const isLocal of [true, false]) {
  const title = `alone and read-only, local sessions ${isLocal ? 'on' : 'off'}`;
  compareStory({
    title,
    config: {
      localSessionsEnabled: String(isLocal),
      localSessionsUpgradingEnabled: String(isLocal),
    },
    systemProperties: { 'readonlymode.enabled': 'true' },
    tell: async (ensemble, write) => {
      const { port } = ensemble.member(1);
      const { client: global, over } = await loseQuorum(ensemble);
      for (const [word, wanted] of [
        ['srvr', /READ-ONLY|^Mode|^Zxid/],
        ['stat', /READ-ONLY|^Mode/],
        ['mntr', /zk_(server_state|peer_state|quorum_size|global_sessions|local_sessions)\t/],
        ['conf', /^(peerType|membership|serverId|version)/],
        ['dump', /Global Sessions|Session Sets/],
      ] as const) {
        write(`${word}: ${(await wordLines(port, word, wanted)).join(' | ')}`);
      }
      const { sessionId, passwd } = global;
      write(`the former connection ended: ${await isEnded(global)}`);
      for (const [who, options] of [
        ['no read-only client', { readOnly: false }],
        ['old client', { readOnly: undefined }],
        ['global session', { readOnly: true, sessionId, passwd }],
        [
          'session that is over',
          { readOnly: true, sessionId: over.sessionId, passwd: over.passwd },
        ],
        ['wrong password', { readOnly: true, sessionId: UNKNOWN }],
        ['newer zxid', { readOnly: true, lastZxidSeen: 1n << 40n }],
      ] as const) {
        write(`${who}: ${(await tryConnect(port, options))[0]}`);
      }
      const [answer, client] = await tryConnect(port, { readOnly: true });
      write(`new session: ${answer}`);
      if (client !== null) {
        await tellOfRequests(client, write);
        write(`ended: ${await isEnded(client)}`);
      }
      const [, left] = await tryConnect(port, { readOnly: true });
      await ensemble.startRest();
      await untilIsro(ensemble, port, 'rw');
      if (left !== null) write(`with a leader, ended: ${await isEnded(left)}`);
      const back = await tryConnect(port, { sessionId, passwd });
      write(`global session with a leader: ${back[0]}`);
    },
  });
}
