/** Peers that are stand-ins: listening ports, one of which answers srvr. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { checkPeers } from '../../../../src/tools/doctor/checks/peers-check.ts';
import { makeSubject, render } from '../subjects.ts';

/** A port that answers everything with this, or nothing. */
async function listen(t: TestContext, answer = ''): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(answer));
  });
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

const srvr = (mode: string) => `Zookeeper version: x\nZxid: 0x7\nMode: ${mode}\nNode count: 5\n`;
/** Nobody listens there: it is reserved. */
const CLOSED = 1;

async function findingsOf(t: TestContext, servers: readonly string[]): Promise<string> {
  const lines = servers.map((server, at) => `server.${at + 1}=${server}`);
  return render(await checkPeers(makeSubject(t, ['initLimit=5', 'syncLimit=2', ...lines])));
}

test('doctor peers: a leader, a follower of Java’s, one that is down → each as it is', async (t) => {
  const own = `127.0.0.1:2:3;${await listen(t, srvr('follower'))}`;
  const ports = [await listen(t), await listen(t), await listen(t, srvr('leader'))];
  const leader = `localhost:${ports[0]}:${ports[1]};${ports[2]}`;
  // It listens on its quorum port only while it leads.
  const java = `localhost:${CLOSED}:${await listen(t)};${await listen(t, srvr('follower'))}`;
  const text = await findingsOf(t, [own, leader, java, 'localhost:4:5', 'localhost:6:7']);
  assert.match(text, /^ok server\.1, this server is follower, at 0x7$/m);
  assert.match(
    text,
    /^ok server\.2: its election port \d+ and quorum port \d+ at localhost can be /m,
  );
  assert.match(text, /^ok server\.2 is leader, at 0x7$/m);
  assert.match(
    text,
    /^ok server\.3: its election port \d+ .*; its quorum port is for when it leads$/m,
  );
  assert.match(
    text,
    /^warn server\.4: its election port 5 at localhost cannot be reached \(ECONNREFUSED\)$/m,
  );
  assert.doesNotMatch(text, /none leads/);
});

test('doctor peers: names that nobody knows, a line that is another machine’s → said', async (t) => {
  const text = await findingsOf(t, ['192.0.2.1:1:2', 'zoo2.invalid:1:2', 'localhost:3:4']);
  assert.match(
    text,
    /^warn server\.1, this server: 192\.0\.2\.1 is 192\.0\.2\.1, which is no address of this/m,
  );
  assert.match(text, /^fail server\.2: zoo2\.invalid cannot be found \(\w+\)$/m);
});

test('doctor peers: two that lead, or none of those that answer → warned of', async (t) => {
  const member = async (mode: string) =>
    `localhost:${await listen(t)}:${await listen(t)};${await listen(t, srvr(mode))}`;
  const two = await findingsOf(t, [
    await member('leader'),
    await member('leader'),
    await member('x'),
  ]);
  assert.match(two, /^warn servers 1 and 2 both say that they lead$/m);
  const none = await findingsOf(t, [
    await member('follower'),
    await member('follower'),
    'localhost:4:5',
  ]);
  assert.match(none, /^warn more than half of the servers answer, and none leads$/m);
});
