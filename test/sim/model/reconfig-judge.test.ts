import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Txn } from '../../../src/core/requests/txn.ts';
import { OpCode } from '../../../src/protocol/op-code.ts';
import { SUPER, toyDigest } from '../../../src/sim/access.ts';
import type { ReconfigAsk } from '../../../src/sim/clients/client-request.ts';
import { judgeReconfig } from '../../../src/sim/model/reconfig-judge.ts';

const IDS = [`digest:${toyDigest(SUPER)}`];
const FORMER = 'server.1=a;1\nserver.2=b;1\nversion=5';
const NONE = { joiningServers: null, leavingServers: null, newMembers: null, curConfigId: -1 };

function judged(changes: Partial<ReconfigAsk>, text: string | number, ids = IDS): string | null {
  const txn: Txn =
    typeof text === 'number'
      ? { type: OpCode.error, body: { err: text } }
      : {
          type: OpCode.reconfig,
          body: { path: '/zookeeper/config', data: Buffer.from(text), version: -1 },
        };
  const logged = { clientId: 1n, cxid: 1, zxid: 9, time: 0, txn, digest: null };
  return judgeReconfig({ kind: 'reconfig', ...NONE, ...changes }, { logged, ids, former: FORMER });
}

test('reconfig-judge: one leaves, one joins → exactly that', () => {
  const change = { leavingServers: '1', joiningServers: 'server.3=c;1' };
  assert.equal(judged(change, 'server.3=c;1\nserver.2=b;1\nversion=9'), null);
  assert.match(judged(change, 'server.2=b;1\nversion=9') ?? '', /server\.3/);
  assert.match(
    judged(change, 'server.1=a;1\nserver.2=b;1\nserver.3=c;1\nversion=9') ?? '',
    /server\.1/,
  );
  assert.match(judged(change, 'server.3=c;1\nserver.2=b;1\nversion=8') ?? '', /version/);
});

test('reconfig-judge: all are given anew, with groups in any order → the same', () => {
  const newMembers = 'server.1=a;1,server.2=b;1,group.1=1:2,weight.1=2';
  const text = 'server.2=b;1\nserver.1=a;1\ngroup.1=2:1\nweight.1=2\nversion=9';
  assert.equal(judged({ newMembers }, text), null);
});

test('reconfig-judge: refused → for some reasons; done without rights or for another version → wrong', () => {
  assert.equal(judged({ leavingServers: '1' }, -13), null);
  assert.equal(judged({ leavingServers: '1' }, -102, []), null);
  assert.match(judged({ leavingServers: '1' }, -102) ?? '', /refused with -102/);
  const text = 'server.2=b;1\nversion=9';
  assert.match(judged({ leavingServers: '1' }, text, []) ?? '', /may not/);
  assert.match(judged({ leavingServers: '1', curConfigId: 3 }, text) ?? '', /another version/);
});
