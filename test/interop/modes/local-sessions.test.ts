// Sessions that one server knows alone: what they may do, and what becomes of them.

import { cat, int, Op, openAcl, RawClient, str, vec } from '../raw-client.ts';
import {
  compareStory,
  createBody,
  describeReply,
  isEnded,
  pathBody,
  tryConnect,
  wordLines,
} from './mode-session.ts';

const COUNTS = /zk_(global_sessions|local_sessions|ephemerals_count)\t/;
const EPHEMERAL = 1;

const createPart = (path: string, flags: number): Buffer =>
  cat(int(Op.create), Buffer.of(0), int(-1), str(path), str('x'), vec([openAcl]), int(flags));
const multiBody = (...parts: readonly Buffer[]): Buffer =>
  cat(...parts, int(-1), Buffer.of(1), int(-1));

for (const isUpgrading of [true, false]) {
  compareStory({
    title: `local sessions, upgrading ${isUpgrading ? 'on' : 'off'}`,
    config: {
      localSessionsEnabled: 'true',
      localSessionsUpgradingEnabled: String(isUpgrading),
    },
    isMixable: true,
    tell: async (ensemble, write) => {
      // A follower and the leader.
      for (const [at, other] of [
        [1, 2],
        [2, 1],
      ] as const) {
        const { port } = ensemble.member(at);
        const counts = async () => (await wordLines(port, 'mntr', COUNTS)).join(' | ');
        const client = await RawClient.connect(port);
        const { sessionId, passwd } = client;
        write(`server ${at}: ${await counts()}`);
        write(
          `elsewhere: ${(await tryConnect(ensemble.member(other).port, { sessionId, passwd }))[0]}`,
        );
        const again = await tryConnect(port, { sessionId, passwd });
        write(`again: ${again[0]}, the former ended: ${await isEnded(client)}`);
        const session = again[1];
        if (session === null) continue;
        for (const [what, type, body] of [
          ['create', Op.create, createBody(`/p${at}`)],
          ['container', Op.createContainer, createBody(`/c${at}`, 4)],
          ['getData', Op.getData, pathBody(`/p${at}`)],
          ['sync', Op.sync, str('/')],
          ['multi', Op.multi, multiBody(createPart(`/m${at}`, 0))],
        ] as const) {
          const reply = await session.request(type, body);
          write(`${what}: err ${reply?.err} body ${reply?.body.length}`);
        }
        write(await counts());
        const created = await session.request(Op.create, createBody(`/e${at}`, EPHEMERAL));
        write(`ephemeral: err ${created?.err} body ${created?.body.length}`);
        write(await counts());
        write(
          `elsewhere: ${(await tryConnect(ensemble.member(other).port, { sessionId, passwd }))[0]}`,
        );
        const last = await RawClient.connect(port);
        if (isUpgrading) {
          const reply = await last.request(Op.multi, multiBody(createPart(`/n${at}`, EPHEMERAL)));
          write(`ephemeral in a multi: err ${reply?.err} body ${reply?.body.length}`);
        }
        write(`close: ${(await last.request(Op.closeSession))?.err}, ${await isEnded(last)}`);
        write(await counts());
      }
      const client = await RawClient.connect(ensemble.member(1).port, { timeOut: 1000 });
      write(`silent: ended ${await isEnded(client, 10_000)}`);
      const { sessionId, passwd } = client;
      write(`expired: ${(await tryConnect(ensemble.member(1).port, { sessionId, passwd }))[0]}`);
      const reader = await RawClient.connect(ensemble.member(2).port);
      for (const path of ['/p1', '/e1', '/n1', '/c2', '/e2', '/m2']) {
        const reply = await reader.request(Op.exists, pathBody(path));
        write(`${path}: ${describeReply(reply).replace(/.* err/, 'err')}`);
      }
    },
  });
}
