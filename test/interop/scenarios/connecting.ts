// Connecting: forms of the first frame, negotiation, coming back to a session, and being refused.

import { connectBody, int, long, Op, RawClient } from '../raw-client.ts';
import type { Scenario } from './raw-scenario.ts';

const forms: Scenario = {
  name: 'connect: forms of the request',
  run: async (stage) => {
    await stage.client('A');
    await stage.tryConnect('45 bytes', {});
    await stage.tryConnect('44 bytes, no readOnly', { readOnly: undefined });
    await stage.tryConnect('readOnly', { readOnly: true });
    await stage.tryConnect('protocol version 7', { protocolVersion: 7 });
    await stage.tryConnect('null password', { passwd: null });
    await stage.tryConnect('empty password', { passwd: Buffer.alloc(0) });
    await stage.tryConnect('short password', { passwd: Buffer.alloc(3) });
    await stage.tryConnect('trailing bytes', Buffer.concat([connectBody(), Buffer.alloc(7, 1)]));
    await stage.tryConnect('cut at 10 bytes', connectBody().subarray(0, 10));
    await stage.tryConnect('cut in the password', connectBody().subarray(0, 40));
    await stage.tryConnect(
      'password length beyond the frame',
      Buffer.concat([connectBody().subarray(0, 24), int(5_000)]),
    );
    await stage.tryConnect(
      'password length -2',
      Buffer.concat([connectBody().subarray(0, 24), int(-2), Buffer.alloc(17)]),
    );
    await stage.tryConnect('empty frame', Buffer.alloc(0));
  },
};

const timeouts: Scenario = {
  name: 'connect: timeouts are negotiated',
  run: async (stage) => {
    await stage.client('A');
    for (const timeOut of [
      -2_147_483_648, -1, 0, 1, 3_999, 4_000, 10_001, 40_000, 40_001, 2_147_483_647,
    ]) {
      await stage.tryConnect(`timeOut ${timeOut}`, { timeOut });
    }
  },
};

const zxidAhead: Scenario = {
  name: 'connect: lastZxidSeen ahead of the server',
  run: async (stage) => {
    await stage.client('A');
    await stage.tryConnect('far ahead', { lastZxidSeen: 1n << 40n });
    await stage.tryConnect('negative', { lastZxidSeen: -5n });
  },
};

const comingBack: Scenario = {
  name: 'connect: coming back to a session',
  run: async (stage) => {
    const a = await stage.client('A', { timeOut: 20_000 });
    await a.create('/back');
    await a.create('/back/e', { flags: 1 });
    const b = await stage.client('B');
    const { sessionId, passwd } = a.raw;
    a.raw.connection.destroy();
    await stage.tryConnect('right password', { sessionId, passwd, timeOut: 30_000 });
    await b.exists('/back/e');
    await stage.tryConnect('wrong password', { sessionId, passwd: Buffer.alloc(16, 9) });
    await stage.tryConnect('no password', { sessionId, passwd: null });
    await stage.tryConnect('short password', { sessionId, passwd: passwd.subarray(0, 8) });
    await stage.tryConnect('unknown session', { sessionId: 0x1234n, passwd });
    await stage.tryConnect('old form, wrong password', { sessionId, readOnly: undefined });
    await b.exists('/back/e');
  },
};

const takingOver: Scenario = {
  name: 'connect: a second connection takes the session over',
  run: async (stage) => {
    const a = await stage.client('A');
    await a.create('/over');
    await a.get('/over', true);
    const { sessionId, passwd } = a.raw;
    const second = await RawClient.connect(stage.port, { sessionId, passwd });
    await a.noteEnd('first connection');
    const reply = await second.request(
      Op.exists,
      Buffer.concat([int(5), Buffer.from('/over'), int(0)]),
    );
    stage.note('second', 'is alive', String(reply?.err));
    stage.note('second', 'has the same session', String(second.sessionId === sessionId));
    await stage.tryConnect('wrong password', { sessionId, passwd: Buffer.alloc(16, 9) });
    const ended = await second.nextReply();
    stage.note('second', 'after the wrong password', ended === undefined ? 'closed' : 'alive');
    second.connection.destroy();
  },
};

const closedSession: Scenario = {
  name: 'connect: a closed session does not come back',
  run: async (stage) => {
    const a = await stage.client('A');
    const b = await stage.client('B');
    await a.create('/closed', { flags: 1 });
    const { sessionId, passwd } = a.raw;
    await a.close();
    await b.exists('/closed');
    await stage.tryConnect('closed session', { sessionId, passwd });
  },
};

const notConnected: Scenario = {
  name: 'connect: requests before connecting, and connecting twice',
  run: async (stage) => {
    const a = await stage.client('A');
    const request = Buffer.concat([
      int(1),
      int(Op.getData),
      int(1),
      Buffer.from('/'),
      Buffer.of(0),
    ]);
    await stage.tryConnect('getData first', request);
    await a.askRaw('connect again', Buffer.concat([int(45), connectBody()]));
    await a.noteEnd('then');
    const b = await stage.client('B');
    b.raw.send(Op.ping, undefined, -2);
    b.raw.send(Op.closeSession);
    for (const label of ['ping', 'closeSession', 'then']) {
      const reply = await b.raw.nextReply();
      stage.note('B', label, reply === undefined ? 'closed' : `xid=${reply.xid} err=${reply.err}`);
    }
    const c = await stage.connection();
    c.write(Buffer.concat([int(8), long(1n)]));
    const answer = await c.nextFrame();
    stage.note('C', 'eight bytes', answer === undefined ? 'closed' : answer.toString('hex'));
  },
};

export const connecting: readonly Scenario[] = [
  forms,
  timeouts,
  zxidAhead,
  comingBack,
  takingOver,
  closedSession,
  notConnected,
];
