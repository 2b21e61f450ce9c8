/** A whole ensemble in this process: real peers, sockets and files. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { QuorumLink } from '../../src/core/zab/quorum-link.ts';
import { ErrorCode } from '../../src/protocol/error-code.ts';
import { encodeInitialMessage } from '../../src/protocol/records/election.ts';
import { ConfigError } from '../../src/server/config/config-error.ts';
import { EnsembleShell } from '../../src/server/ensemble-shell.ts';
import { type LogFacts, makeLogger, silentLogger } from '../../src/server/logging/logger.ts';
import { createPeer } from '../../src/server/quorum/create-peer.ts';
import { learnerInfo, packetBytes } from '../core/zab/scripted-peers.ts';
import { createAsk } from '../scenario/asks.ts';
import { cleanUp, temporaryDirectory } from './embedded-server.ts';
import { Events, findFreePorts } from './quorum/election-ports.ts';
import { SocketClient } from './socket-client.ts';
import { readConfig } from './toggled-server.ts';

class Member {
  readonly id: number;
  readonly dataDir: string;
  readonly #lines: string;
  readonly #events: Events;
  #shell: EnsembleShell<QuorumLink> | null = null;
  /** `serving leader`, `LOOKING` and so on: the last such line of the log. */
  state = '';

  constructor(facts: { id: number; dataDir: string; lines: string; events: Events }) {
    this.id = facts.id;
    this.dataDir = facts.dataDir;
    this.#lines = facts.lines;
    this.#events = facts.events;
  }

  get port(): number {
    return this.#shell?.port ?? 0;
  }

  async start(): Promise<void> {
    const config = readConfig(`dataDir=${this.dataDir}\n${this.#lines}`);
    this.#shell = new EnsembleShell<QuorumLink>({
      config: { ...config, clientPort: 0, myid: this.id },
      logger: makeLogger('info', (_level, message, facts) => this.#onLine(message, facts)),
      onFatal: (reason) => assert.fail(reason),
      createPeer,
    });
    await this.#shell.start();
  }

  async stop(): Promise<void> {
    const shell = this.#shell;
    this.#shell = null;
    await shell?.stop();
    this.state = '';
  }

  #onLine(message: string, facts: LogFacts = {}): void {
    if (message === 'serving') this.state = `serving ${facts['mode']}`;
    else if (/^[A-Z]+$/.test(message)) this.state = message;
    else return;
    this.#events.changed();
  }
}

async function makeEnsemble(t: TestContext, voters: number, observers = 0, more = '') {
  const events = new Events();
  const ids = Array.from({ length: voters + observers }, (_, index) => index + 1);
  const ports = await findFreePorts(2 * ids.length);
  const servers = ids.map((id, at) => {
    const role = id > voters ? 'observer' : 'participant';
    return `server.${id}=127.0.0.1:${ports[2 * at]}:${ports[2 * at + 1]}:${role}\n`;
  });
  const lines = `tickTime=200\ninitLimit=20\nsyncLimit=10\nclientPort=1
clientPortAddress=127.0.0.1\n4lw.commands.whitelist=*\n${more}${servers.join('')}`;
  const members = ids.map((id) => {
    const member = new Member({ id, lines, events, dataDir: temporaryDirectory(t) });
    cleanUp(t, () => member.stop());
    return member;
  });
  const are = (...states: string[]) =>
    events.until(() => {
      const found = members.map(({ state }) => state).sort();
      return found.join() === [...states].sort().join();
    });
  const leader = () => {
    const found = members.find(({ state }) => state === 'serving leader');
    assert.ok(found !== undefined, 'nobody leads');
    return found;
  };
  const portsOf = (id: number) => ({
    quorum: ports[2 * id - 2] ?? 0,
    election: ports[2 * id - 1] ?? 0,
  });
  return { members, are, leader, portsOf };
}

async function ask(port: number, word: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write(word);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('ensemble: three and an observer start → one leads, all serve, a write is everywhere', async (t) => {
  const { members, are } = await makeEnsemble(t, 3, 1);
  await Promise.all(members.map((member) => member.start()));
  await are('serving leader', 'serving follower', 'serving follower', 'serving observer');
  for (const [index, member] of members.entries()) {
    const client = await SocketClient.connect(member.port);
    assert.equal((await client.call(createAsk(`/from-${index}`))).err, ErrorCode.Ok);
    client.close();
  }
  for (const member of members) {
    const client = await SocketClient.connect(member.port);
    await client.call({ kind: 'sync', path: '/' });
    for (const [index] of members.entries()) {
      const ask = { kind: 'exists', path: `/from-${index}`, watch: false } as const;
      assert.equal((await client.call(ask)).err, ErrorCode.Ok, `/from-${index}`);
    }
    client.close();
    const mode = member.state.slice('serving '.length);
    const words = await ask(member.port, 'srvr');
    assert.match(words, new RegExp(`^Mode: ${mode}$`, 'm'));
    assert.equal(words.includes('Proposal sizes last/min/max: '), mode === 'leader');
    assert.match(await ask(member.port, 'mntr'), new RegExp(`^zk_server_state\t${mode}$`, 'm'));
    assert.match(await ask(member.port, 'conf'), /^membership: \nserver\.1=127\.0\.0\.1:/m);
  }
});

/** Says something from an address at which no member is, until it is cut off. */
async function intrude(port: number, bytes: Uint8Array): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.9' });
  socket.on('error', () => {});
  socket.resume();
  socket.write(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
}

test('ensemble: addresses are checked, a voter is claimed from elsewhere → not believed, counted', async (t) => {
  const lines = 'quorum.checkAddresses=true\n';
  const { members, are, leader, portsOf } = await makeEnsemble(t, 3, 0, lines);
  await Promise.all(members.map((member) => member.start()));
  await are('serving leader', 'serving follower', 'serving follower');
  const { id, port } = leader();
  const other = (id % 3) + 1;
  await intrude(portsOf(id).quorum, packetBytes(learnerInfo(other, 1)));
  const claim = { serverId: other, addresses: [{ host: '127.0.0.9', port: 1 }] };
  await intrude(portsOf(id).election, encodeInitialMessage({ ...claim, isMultiAddress: false }));
  const figures = await ask(port, 'mntr');
  const tail = 'at_an_address_that_is_not_its_own\t1';
  assert.match(figures, new RegExp(`^zk_zooid_quorum_closed_a_member_${tail}$`, 'm'));
  assert.match(figures, new RegExp(`^zk_zooid_election_refused_a_server_${tail}$`, 'm'));
  await are('serving leader', 'serving follower', 'serving follower');
});

test('ensemble: the leader stops, comes back, all stop and start → nothing is lost', async (t) => {
  const { members, are, leader } = await makeEnsemble(t, 3);
  await Promise.all(members.map((member) => member.start()));
  await are('serving leader', 'serving follower', 'serving follower');
  const first = leader();
  const client = await SocketClient.connect(first.port);
  assert.equal((await client.call(createAsk('/kept'))).err, ErrorCode.Ok);
  await first.stop();
  await client.ended();
  await are('', 'serving leader', 'serving follower');
  const second = leader();
  assert.notEqual(second.id, first.id);
  const other = await SocketClient.connect(second.port);
  assert.equal((await other.call(createAsk('/without-it'))).err, ErrorCode.Ok);
  await first.start();
  await are('serving follower', 'serving leader', 'serving follower');
  await Promise.all(members.map((member) => member.stop()));
  await Promise.all(members.map((member) => member.start()));
  await are('serving leader', 'serving follower', 'serving follower');
  for (const member of members) {
    const reader = await SocketClient.connect(member.port);
    for (const path of ['/kept', '/without-it']) {
      assert.equal((await reader.call({ kind: 'exists', path, watch: false })).err, ErrorCode.Ok);
    }
    reader.close();
  }
});

test('ensemble: one of three → serves nobody, and its words say so', async (t) => {
  const { members, are } = await makeEnsemble(t, 3);
  const [one] = members;
  assert.ok(one !== undefined);
  await one.start();
  await are('LOOKING', '', '');
  assert.equal(await ask(one.port, 'isro'), 'null');
  assert.match(await ask(one.port, 'srvr'), /^This ZooKeeper instance is not currently serving/);
  const client = await SocketClient.open(one.port);
  client.send({ kind: 'ping' });
  await client.ended();
});

test('ensemble: standaloneEnabled=false and one voter → leads itself', async (t) => {
  const { members, are } = await makeEnsemble(t, 1);
  const [one] = members;
  assert.ok(one !== undefined);
  await one.start();
  await are('serving leader');
  const client = await SocketClient.connect(one.port);
  assert.equal((await client.call(createAsk('/x'))).err, ErrorCode.Ok);
  client.close();
});

test('ensemble: a group that leaves out a voter → ConfigError with the reason', (t) => {
  const list = [1, 2, 3].map((id) => `server.${id}=127.0.0.1:${id}:1${id}\n`).join('');
  const lines = `dataDir=${temporaryDirectory(t)}\ninitLimit=1\nsyncLimit=1\nclientPort=1\n`;
  const config = readConfig(`${lines}${list}group.1=1:2\n`);
  assert.throws(
    () =>
      new EnsembleShell<QuorumLink>({
        config,
        logger: silentLogger,
        onFatal: () => {},
        createPeer,
      }),
    (error) => error instanceof ConfigError && /Server 3.*group/.test(error.message),
  );
});
