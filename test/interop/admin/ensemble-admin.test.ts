// The AdminServer of the members of a mixed ensemble: a follower of ours says what Java's beside it
// says. Then of one that is left alone, without a leader.

import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { AdminEvent, EnsembleView } from '../../../src/protocol/admin.ts';
import { findFreePort } from '../../free-ports.ts';
import { kindsAvailability } from '../ensemble/member-kinds.ts';
import { TestEnsemble } from '../ensemble/test-ensemble.ts';
import { javaAdminServerAvailability } from '../java-server.ts';
import { createBody } from '../raw-body.ts';
import { Op, RawClient } from '../raw-client.ts';

const KINDS = ['java-3.9', 'zooid', 'zooid'] as const;
/** Of those beside each other, as the highest voter leads and the observer comes last. */
const [JAVA, FOLLOWER, LEADER, OBSERVER] = [1, 2, 3, 4] as const;
const WAIT_MS = 30_000;

type Json = Record<string, unknown>;

let reason = '';
let ensemble: TestEnsemble | undefined;
const adminPorts: number[] = [];

before(async () => {
  for (const found of [await kindsAvailability(KINDS), await javaAdminServerAvailability()]) {
    if (!found.available) reason = found.reason;
  }
  if (reason !== '') return;
  while (adminPorts.length < 4) adminPorts.push(await findFreePort());
  ensemble = await TestEnsemble.create({
    kinds: KINDS,
    observers: ['zooid'],
    program: { hasAdminServer: true },
    configOf: (id) => ({
      'admin.enableServer': 'true',
      'admin.serverAddress': '127.0.0.1',
      'admin.serverPort': String(adminPorts[id - 1]),
    }),
  });
  await ensemble.start();
});

after(async () => {
  await ensemble?.end();
});

const ask = (id: number, where: string, init?: RequestInit): Promise<Response> =>
  fetch(`http://127.0.0.1:${adminPorts[id - 1]}${where}`, init);

const command = async (id: number, name: string): Promise<Json> =>
  (await (await ask(id, `/commands/${name}`)).json()) as Json;

/** Addresses and the zxid as words: they are all that may differ between two followers. */
const masked = async (id: number, name: string): Promise<unknown> => {
  const member = ensemble?.member(id);
  assert.ok(member !== undefined);
  const { client, quorum, election } = member.ports;
  const text = JSON.stringify(await command(id, name))
    .replaceAll(`"127.0.0.1:${client}"`, '"CLIENT"')
    .replaceAll(`127.0.0.1:${quorum}`, 'QUORUM')
    .replaceAll(`0.0.0.0:${quorum}`, 'ANY-QUORUM')
    .replaceAll(`127.0.0.1:${election}`, 'ELECTION')
    .replaceAll(`0.0.0.0:${election}`, 'ANY-ELECTION')
    .replaceAll(`[${quorum}]`, '["QUORUM"]')
    .replaceAll(`[${election}]`, '["ELECTION"]')
    .replace(/"last_zxid":"0x\w+"/, '"last_zxid":"ZXID"')
    .replace(/"zab_(epoch|counter)":\d+/g, '"zab_$1":"NUMBER"')
    .replaceAll(`"myid":${id}`, '"myid":"OWN"')
    .replaceAll(`"server_id":${id}`, '"server_id":"OWN"');
  return JSON.parse(text);
};

const skipped = (t: TestContext): boolean => {
  if (reason !== '') t.skip(reason);
  return reason !== '';
};

for (const name of ['leader', 'observers', 'zabstate', 'isro', 'orst', 'icfg', 'dump']) {
  test(`ensemble admin: ${name} of two followers → Zooid says what Java says`, async (t) => {
    if (skipped(t)) return;
    assert.deepEqual(await masked(FOLLOWER, name), await masked(JAVA, name));
  });
}

test('ensemble admin: the voting view → that of Java, each with its own client address', async (t) => {
  if (skipped(t)) return;
  const viewOf = async (id: number) => {
    const view = (await command(id, 'voting_view'))['current_config'] as Record<string, Json>;
    assert.match(String(view[id]?.['client_address']), /^127\.0\.0\.1:\d+$/);
    return Object.entries(view).map(([sid, each]) => ({
      ...each,
      ...(Number(sid) === id ? { client_address: '' } : {}),
    }));
  };
  assert.deepEqual(await viewOf(FOLLOWER), await viewOf(JAVA));
});

test('ensemble admin: names of the figures of a follower → those of Java', async (t) => {
  if (skipped(t)) return;
  const namesOf = async (id: number) =>
    Object.keys(await command(id, 'monitor'))
      .filter((name) => !/^zooid_|_per_namespace$|learner_handler_qp|ack_latency/.test(name))
      .sort();
  const [ours, theirs] = [await namesOf(FOLLOWER), await namesOf(JAVA)];
  assert.deepEqual(
    theirs.filter((name) => !ours.includes(name)),
    [],
  );
});

test('ensemble admin: the leader and the observer → who leads, who is fed', async (t) => {
  if (skipped(t)) return;
  const { is_leader, leader_id } = await command(LEADER, 'leader');
  assert.deepEqual([is_leader, leader_id], [true, LEADER]);
  const { synced_observers, observers } = await command(LEADER, 'observers');
  assert.equal(synced_observers, 1);
  const [observer] = observers as Json[];
  assert.deepEqual(Object.keys(observer ?? {}), [
    ...['remote_socket_address', 'sid', 'established', 'queued_packets', 'queued_packets_size'],
    ...['packets_received', 'packets_sent', 'requests', 'last_zxid'],
  ]);
  assert.equal(observer?.['sid'], OBSERVER);
  const state = await command(OBSERVER, 'zabstate');
  assert.deepEqual([state['voting'], state['zabstate']], [false, 'broadcast']);
  assert.ok('proposal_stats' in (await command(LEADER, 'srvr')));
});

test('ensemble admin: a snapshot of a follower → what was written through it is in it', async (t) => {
  if (skipped(t)) return;
  const client = await RawClient.connect(ensemble?.member(FOLLOWER).port ?? 0);
  await client.must(Op.create, createBody('/found-in-the-snapshot'));
  const init = { headers: { Authorization: 'digest a:b' } };
  const response = await ask(FOLLOWER, '/commands/snapshot', init);
  const bytes = Buffer.from(await response.arrayBuffer());
  assert.ok(bytes.includes('/found-in-the-snapshot'));
  assert.equal(bytes.length, Number(response.headers.get('snapshot_size')));
  assert.equal((await command(FOLLOWER, 'lsnp'))['error'], null);
  await client.close();
});

/** Reads server-sent events until one is as wanted. */
async function untilEvent(
  events: AsyncIterator<AdminEvent>,
  isWanted: (event: AdminEvent) => boolean,
): Promise<void> {
  for (;;) {
    const { value, done } = await events.next();
    if (done === true) assert.fail('the events have ended');
    if (isWanted(value)) return;
  }
}

async function* eventsOf(response: Response): AsyncGenerator<AdminEvent> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString('utf8');
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const data = /^data: (.*)$/m.exec(part)?.[1];
      if (data !== undefined) yield JSON.parse(data) as AdminEvent;
    }
  }
}

test('ensemble admin: /api/ensemble of the leader → who it is, and how far the others are', async (t) => {
  if (skipped(t)) return;
  const { leaderId, members } = (await (await ask(LEADER, '/api/ensemble')).json()) as EnsembleView;
  assert.equal(leaderId, LEADER);
  const roles = members.map(({ id, role, isLeader, isSelf, phase }) =>
    [id, role, isLeader, isSelf, phase].join(' '),
  );
  assert.deepEqual(roles.sort(), [
    '1 participant false false broadcast',
    '2 participant false false broadcast',
    '3 participant true true broadcast',
    '4 observer false false broadcast',
  ]);
});

test('ensemble admin: events while the leader goes and another comes → told, of nodes as well', async (t) => {
  if (skipped(t)) return;
  const ending = new AbortController();
  const response = await ask(FOLLOWER, '/api/events?path=/told', { signal: ending.signal });
  const events = eventsOf(response);
  const isMode = (mode: string | null) => (event: AdminEvent) =>
    event.kind === 'state' && event.mode === mode;
  await untilEvent(events, isMode('follower'));
  await ensemble?.member(LEADER).kill();
  await untilEvent(events, isMode(null));
  await untilEvent(events, (event) => event.kind === 'state' && event.mode !== null);
  const client = await RawClient.connect(ensemble?.member(FOLLOWER).port ?? 0);
  await client.must(Op.create, createBody('/told'));
  await untilEvent(events, (event) => event.kind === 'node' && event.path === '/told');
  await client.close();
  ending.abort();
});

test('ensemble admin: no leader is left → not ready and why, alive all the same', async (t) => {
  if (skipped(t)) return;
  assert.equal((await ask(FOLLOWER, '/readyz')).status, 200);
  await ensemble?.member(JAVA).kill();
  const endsMs = performance.now() + WAIT_MS;
  let response = await ask(FOLLOWER, '/readyz');
  while (response.status === 200 && performance.now() < endsMs) {
    await delay(20);
    response = await ask(FOLLOWER, '/readyz');
  }
  assert.equal(response.status, 503);
  const { reasons } = (await response.json()) as { reasons: string[] };
  assert.match(reasons[0] ?? '', /^no client is served: looking - election$/);
  assert.equal((await ask(FOLLOWER, '/livez')).status, 200);
  const { error } = await command(FOLLOWER, 'ruok');
  assert.equal(error, 'This ZooKeeper instance is not currently serving requests');
  assert.deepEqual(await command(FOLLOWER, 'zabstate'), {
    ...{ voting: false, zabstate: '', command: 'zabstate', error: null },
  });
  const snapshot = await ask(FOLLOWER, '/commands/snapshot', { headers: { Authorization: 'ip' } });
  assert.equal(((await snapshot.json()) as Json)['error'], error);
});
