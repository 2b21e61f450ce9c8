/** The shell with a peer that decides nothing: what is told to it, and what it says to the log. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { PeerMode } from '../../src/core/peer-role.ts';
import { EnsembleShell } from '../../src/server/ensemble-shell.ts';
import { StartupError } from '../../src/server/exit-code.ts';
import { makeLogger } from '../../src/server/logging/logger.ts';
import { cleanUp, temporaryDirectory } from './embedded-server.ts';
import { findFreePorts } from './quorum/election-ports.ts';
import { type FakeLink, FakePeer } from './quorum/fake-peer.ts';
import { readConfig } from './toggled-server.ts';

interface Member {
  readonly shell: EnsembleShell<FakeLink>;
  readonly peer: FakePeer;
  readonly log: string[];
  readonly fatal: string[];
  readonly quorumPort: number;
}

/** Servers 1 to 3; this one is 3, as the file that `readConfig` finds says, or another. */
async function makeMembers(t: TestContext, ids: readonly number[], more = ''): Promise<Member[]> {
  const ports = await findFreePorts(6);
  const servers = [1, 2, 3].map(
    (id) => `server.${id}=127.0.0.1:${ports[id - 1]}:${ports[id + 2]}\n`,
  );
  return ids.map((id) => {
    const lines = `dataDir=${temporaryDirectory(t)}\ntickTime=500\ninitLimit=5\nsyncLimit=2
electionPortBindRetry=1\nclientPort=1\nclientPortAddress=127.0.0.1\n4lw.commands.whitelist=*\n${servers.join('')}${more}`;
    const log: string[] = [];
    const fatal: string[] = [];
    const peer = new FakePeer();
    const shell = new EnsembleShell<FakeLink>({
      config: { ...readConfig(lines), clientPort: 0, myid: id },
      logger: makeLogger('info', (level, message, facts = {}) => {
        log.push(
          [level, message, ...Object.entries(facts).map((fact) => fact.join('='))].join(' '),
        );
      }),
      onFatal: (reason) => fatal.push(reason),
      createPeer: () => peer,
    });
    let isStopped = false;
    const stop = shell.stop.bind(shell);
    shell.stop = async () => {
      if (isStopped) return;
      isStopped = true;
      await stop();
    };
    cleanUp(t, () => shell.stop());
    return { shell, peer, log, fatal, quorumPort: ports[id - 1] ?? 0 };
  });
}

async function startOne(t: TestContext): Promise<Member> {
  const [member] = await makeMembers(t, [3]);
  assert.ok(member !== undefined);
  await member.shell.start();
  return member;
}

async function ask(port: number, word: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write(word);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('member: started, nobody leads → ports listen, words are answered, clients are not', async (t) => {
  const { shell, peer, log } = await startOne(t);
  assert.deepEqual(peer.calls, ['start']);
  assert.ok(log.includes('info LOOKING'), log.join('\n'));
  assert.equal(await ask(shell.port, 'ruok'), 'imok');
  assert.equal(
    await ask(shell.port, 'stat'),
    'This ZooKeeper instance is not currently serving requests\n',
  );
});

test('member: notifications → reach the others, who are told of the connection first', async (t) => {
  const [one, three] = await makeMembers(t, [1, 3]);
  assert.ok(one !== undefined && three !== undefined);
  await Promise.all([one.shell.start(), three.shell.start()]);
  three.peer.notifications.push({ to: 1, bytes: Buffer.from('vote for 3') });
  // Any step carries out what waits: here, a learner that connects.
  const learner = connect({ port: three.quorumPort, host: '127.0.0.1' });
  t.after(() => learner.destroy());
  await one.peer.until(() => one.peer.calls.includes('notification 3 vote for 3'));
  assert.deepEqual(one.peer.calls, ['start', 'up 3', 'notification 3 vote for 3']);
});

test('member: a role, a dial and what it says → log in the words of ZooKeeper, and a link', async (t) => {
  const [one, three] = await makeMembers(t, [1, 3]);
  assert.ok(one !== undefined && three !== undefined);
  await Promise.all([one.shell.start(), three.shell.start()]);
  const { peer, log } = one;
  const link = peer.createLink({ address: 'server 3', port: 0 });
  peer.onAccept = () => {
    peer.emit({ kind: 'state', state: 'FOLLOWING', leader: 3 });
    peer.emit({ kind: 'dial', link, sid: 3, isObserverMaster: false });
    peer.emit({ kind: 'serving', mode: 'follower', epoch: 4 });
    peer.emit({ kind: 'note', message: 'synchronizing with the leader', facts: { by: 'DIFF' } });
  };
  const trigger = connect({ port: one.quorumPort, host: '127.0.0.1' });
  t.after(() => trigger.destroy());
  await three.peer.until(() => three.peer.links.length === 1);
  await peer.until(() => link.events.includes('opened'));
  assert.deepEqual(log.slice(-3), [
    'info FOLLOWING leader=3',
    `info serving mode=follower epoch=4 port=${one.shell.port}`,
    'info synchronizing with the leader by=DIFF',
  ]);
});

test('member: the peer wants a tick → it gets it, with the clocks read before', async (t) => {
  const { peer, quorumPort } = await startOne(t);
  const before = peer.now.monotonicMs;
  peer.tickInMs = 1;
  const trigger = connect({ port: quorumPort, host: '127.0.0.1' });
  t.after(() => trigger.destroy());
  await peer.until(() => peer.calls.filter((call) => call === 'tick').length === 3);
  assert.ok(peer.now.monotonicMs >= before + 2);
});

test('member: a stop → the peer is asked to end, then all ports are free', async (t) => {
  const { shell, peer, quorumPort } = await startOne(t);
  const { port } = shell;
  await shell.stop();
  assert.equal(peer.calls.at(-1), 'shutdown');
  for (const closed of [port, quorumPort]) {
    await assert.rejects(ask(closed, 'ruok'), { code: 'ECONNREFUSED' });
  }
});

test('member: the disk fails → told once to who runs it; a stop waits for nothing', async (t) => {
  const { shell, peer, fatal, quorumPort, log } = await startOne(t);
  peer.onAccept = () => {
    peer.history.hasFailed = true;
    peer.emit({ kind: 'failed', file: 'log.1', reason: 'ENOSPC' });
  };
  const trigger = connect({ port: quorumPort, host: '127.0.0.1' });
  t.after(() => trigger.destroy());
  await peer.until(() => fatal.length > 0);
  assert.deepEqual(fatal, ['log.1: ENOSPC']);
  assert.ok(log.includes('error the disk failed: the server stops file=log.1 reason=ENOSPC'));
  peer.shutdown = () => {};
  await shell.stop();
});

test('member: its quorum port is taken → StartupError with ZooKeeper’s exit code', async (t) => {
  const [first, second] = await makeMembers(t, [3, 3]);
  assert.ok(first !== undefined && second !== undefined);
  await first.shell.start();
  await assert.rejects(second.shell.start(), (error) => {
    assert.ok(error instanceof StartupError);
    assert.equal(error.exitCode, 14);
    assert.match(error.message, /^cannot listen on the (quorum|election) port: 127\.0\.0\.1:\d+/);
    return true;
  });
});

test('member: it follows, and feeds observers → their port listens until the role is over', async (t) => {
  const [port = 0] = await findFreePorts(1);
  const [member] = await makeMembers(t, [3], `observerMasterPort=${port}\n`);
  assert.ok(member !== undefined);
  const { peer, shell, quorumPort, log } = member;
  await shell.start();
  const knock = async (at: number): Promise<boolean> => {
    const socket = connect({ port: at, host: '127.0.0.1' });
    t.after(() => socket.destroy());
    return new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
  };
  const roles: readonly [mode: PeerMode, isListening: boolean][] = [
    ['leader', false],
    ['follower', true],
    ['observer', false],
  ];
  for (const [mode, isListening] of roles) {
    const count = peer.links.length;
    peer.onAccept = () => {
      peer.emit({ kind: 'state', state: 'LOOKING', leader: null });
      peer.emit({ kind: 'serving', mode, epoch: 4 });
    };
    assert.ok(await knock(quorumPort));
    await peer.until(() => peer.links.length > count);
    // It takes a turn or two to listen, and none to stop.
    let isOpen = await knock(port);
    for (let turn = 0; isListening && !isOpen && turn < 100; turn++) isOpen = await knock(port);
    assert.equal(isOpen, isListening, `as ${mode}: ${log.join(', ')}`);
  }
  await peer.until(() => peer.calls.includes('acceptObserver'));
});
