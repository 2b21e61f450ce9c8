// Frames no good client sends: unknown ops, empty, cut and overlong bodies, lengths that lie.

import {
  createBody,
  pathIntBody,
  pathVersionBody,
  pathWatchBody,
  setDataBody,
} from '../raw-body.ts';
import { bool, cat, int, Op, str, vec } from '../raw-client.ts';
import type { Scenario } from './raw-scenario.ts';

/** Ops whose body is a record; ping, whoAmI and closeSession have none. */
const withBody = [
  ['create', Op.create],
  ['delete', Op.delete],
  ['exists', Op.exists],
  ['getData', Op.getData],
  ['setData', Op.setData],
  ['getACL', Op.getACL],
  ['setACL', Op.setACL],
  ['getChildren', Op.getChildren],
  ['sync', Op.sync],
  ['getChildren2', Op.getChildren2],
  ['multi', Op.multi],
  ['create2', Op.create2],
  ['reconfig', Op.reconfig],
  ['checkWatches', Op.checkWatches],
  ['removeWatches', Op.removeWatches],
  ['createContainer', Op.createContainer],
  ['createTTL', Op.createTTL],
  ['multiRead', Op.multiRead],
  ['setWatches', Op.setWatches],
  ['getEphemerals', Op.getEphemerals],
  ['getAllChildrenNumber', Op.getAllChildrenNumber],
  ['setWatches2', Op.setWatches2],
  ['addWatch', Op.addWatch],
] as const;

const everyBody = (name: string, body: (op: number) => Buffer): Scenario => ({
  name: `frames: ${name}, every op`,
  run: async (stage) => {
    for (const [label, op] of withBody) {
      const a = await stage.client(label);
      await a.ask(label, op, body(op));
      await a.ask('still there', Op.ping, undefined, -2);
      a.raw.connection.destroy();
    }
  },
});

const unknownOps: Scenario = {
  name: 'frames: unknown ops close the connection',
  run: async (stage) => {
    for (const op of [0, 10, 23, 99, 108, 1000, -1, -2, 2_147_483_647]) {
      const a = await stage.client(`op${op}`);
      await a.ask(`op ${op}`, op, pathWatchBody('/'));
      await a.noteEnd('then');
    }
  },
};

const checkAlone: Scenario = {
  name: 'frames: check outside a multi is refused',
  not38: true,
  run: async (stage) => {
    const b = await stage.client('B');
    await b.ask('check alone', Op.check, pathVersionBody('/', -1));
    await b.noteEnd('then');
  },
};

const lengths: Scenario = {
  name: 'frames: lengths at the limits',
  run: async (stage) => {
    const limit = 0xfffff;
    for (const length of [-1, -2_147_483_648, limit + 1, 2_147_483_647]) {
      const a = await stage.client(`L${length}`);
      await a.askRaw(`length ${length}`, int(length));
    }
    const empty = await stage.client('E');
    await empty.askRaw('length 0', int(0));
    const short = await stage.client('S');
    await short.askRaw('length 4', cat(int(4), int(1)));
    const b = await stage.client('B');
    const overhead = setDataBody('/max', '').length + 8;
    await b.create('/max');
    const data = 'd'.repeat(limit - overhead);
    await b.ask('exactly the limit', Op.setData, setDataBody('/max', data));
    await b.exists('/max');
    await b.set('/max', '');
    await b.ask('one byte more', Op.setData, setDataBody('/max', `${data}d`));
    await b.noteEnd('then');
  },
};

const xids: Scenario = {
  name: 'frames: xids are echoed',
  run: async (stage) => {
    const a = await stage.client('A');
    await a.create('/xids');
    for (const xid of [0, -1, -2, -4, -8, -100, 7, 7, 3, 2_147_483_647, -2_147_483_648]) {
      // The client would take xid -1 for an event.
      if (xid !== -1) await a.ask(`exists, xid ${xid}`, Op.exists, pathWatchBody('/xids'), xid);
      await a.ask(`ping, xid ${xid}`, Op.ping, undefined, xid);
    }
    await a.ask('whoAmI with a body', Op.whoAmI, str('/more'));
    await a.ask('ping with a body', Op.ping, str('/more'));
  },
};

const texts: Scenario = {
  name: 'frames: strings and vectors with lying lengths',
  run: async (stage) => {
    const a = await stage.client('A');
    await a.create('/vec');
    await a.ask('string beyond the frame', Op.getData, cat(int(1_000), Buffer.from('/x')));
    await a.ask('string length -2', Op.getData, cat(int(-2), bool(false)));
    await a.ask('string length 2^31-1', Op.getData, cat(int(2_147_483_647), bool(false)));
    await a.ask('string above the buffer limit', Op.getData, cat(int(3_000_000), bool(false)));
    await a.ask(
      'invalid UTF-8',
      Op.getData,
      cat(int(3), Buffer.from([0x2f, 0xff, 0xfe]), bool(false)),
    );
    await a.ask(
      'invalid UTF-8 created',
      Op.create,
      cat(
        ...[int(4), Buffer.from([0x2f, 0x75, 0xff, 0xfe]), int(-1)],
        ...[vec([cat(int(31), str('world'), str('anyone'))]), int(0)],
      ),
    );
    await a.ask('vector count -2', Op.create, cat(str('/vector'), int(-1), int(-2), int(0)));
    await a.ask('vector count 2^31-1', Op.create, cat(str('/vector'), int(-1), int(2_147_483_647)));
    await a.ask('bool of 7', Op.exists, cat(str('/vec'), Buffer.of(7)));
    await a.ask('trailing bytes', Op.exists, cat(pathWatchBody('/vec'), Buffer.alloc(9, 3)));
    await a.ask('trailing bytes, write', Op.create, cat(createBody('/trail'), Buffer.alloc(9, 3)));
    await a.ask('modes', Op.addWatch, pathIntBody('/trail', 2));
    await a.ask('modes', Op.addWatch, pathIntBody('/trail', -1));
    await a.exists('/trail');
  },
};

const pipelined: Scenario = {
  name: 'frames: many requests at once are answered in order',
  run: async (stage) => {
    const a = await stage.client('A');
    await a.create('/pipe');
    for (let index = 0; index < 20; index += 1) {
      a.raw.send(Op.create, createBody('/pipe/s', { flags: 2 }), 100 + index);
      a.raw.send(
        Op.exists,
        pathWatchBody(`/pipe/s${String(index).padStart(10, '0')}`),
        200 + index,
      );
    }
    for (let index = 0; index < 40; index += 1) {
      const reply = await a.raw.nextReply();
      stage.note('A', `answer ${index}`, `xid=${reply?.xid} err=${reply?.err}`);
    }
  },
};

export const frames: readonly Scenario[] = [
  everyBody('empty body', () => Buffer.alloc(0)),
  everyBody('two bytes', () => Buffer.from([0, 0])),
  everyBody('null path', () => cat(int(-1), Buffer.alloc(64))),
  everyBody('empty path', () => cat(int(0), Buffer.alloc(64))),
  everyBody('a path and nothing more', () => str('/x')),
  unknownOps,
  checkAlone,
  lengths,
  xids,
  texts,
  pipelined,
];
