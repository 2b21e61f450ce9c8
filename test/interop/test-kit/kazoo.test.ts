// The test kit's servers with a client that knows nothing of them: kazoo, in a Python process, whose
// session is expired, whose connection is reset and whose leader is killed under it.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { TestEnsemble, TestServer } from '../../../src/testing/index.ts';
import { ensureDebianPackages } from '../packages.ts';

const packages = await ensureDebianPackages(['python3-kazoo']);

/** Kazoo that says nothing for so long hangs. */
const SAY_TIMEOUT_MS = 30_000;

/** Says its session and each change of its state, and does what is asked, line by line. */
const PROGRAM = `
import sys
from kazoo.client import KazooClient
from kazoo.retry import KazooRetry

def say(*words):
    # One write for each line: print's two would let kazoo's thread in between.
    sys.stdout.write(' '.join(map(str, words)) + '\\n')

client = KazooClient(hosts=sys.argv[1], timeout=10, randomize_hosts=False,
                     command_retry=KazooRetry(max_tries=-1, max_delay=0.2),
                     connection_retry=KazooRetry(max_tries=-1, max_delay=0.2))
client.add_listener(lambda state: say('state', state))
client.start()
say('session', client.client_id[0])
for line in sys.stdin:
    verb, path = line.split()
    if verb == 'ephemeral':
        say('created', client.retry(client.create, path, b'x', ephemeral=True))
    elif verb == 'create':
        say('created', client.retry(client.create, path, b'x'))
    elif verb == 'exists':
        say('exists', client.retry(client.exists, path) is not None)
client.stop()
say('stopped')
`;

class Kazoo {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  constructor(t: TestContext, connectString: string) {
    const child = spawn('/usr/bin/python3', ['-u', '-c', PROGRAM, connectString]);
    t.after(() => child.kill('SIGKILL'));
    this.#child = child;
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    child.stderr.on('data', (bytes) => {
      this.#errors += bytes;
    });
  }

  /** Reads up to a line that begins so, and gives what follows. */
  async says(prefix: string): Promise<string> {
    const heard: string[] = [];
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), SAY_TIMEOUT_MS);
    try {
      for (;;) {
        const { value, done } = await this.#lines.next();
        const instead = `it said ${JSON.stringify(heard)}: ${this.#errors}`;
        assert.ok(done !== true, `no "${prefix}", ${instead}`);
        heard.push(value);
        if (value.startsWith(`${prefix} `)) return value.slice(prefix.length + 1);
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  async ask(line: string, answer: string): Promise<string> {
    this.#child.stdin?.write(`${line}\n`);
    return this.says(answer);
  }
}

test('test kit with kazoo: connection reset, session expired, server restarted → as kazoo says it', async (t) => {
  if (!packages.available) return t.skip(packages.reason);
  const server = await TestServer.start({ after: (cleanUp) => t.after(cleanUp) });
  const kazoo = new Kazoo(t, server.connectString);
  const session = BigInt(await kazoo.says('session'));
  assert.deepEqual(server.sessions, [session]);
  assert.equal(await kazoo.ask('ephemeral /e', 'created'), '/e');

  assert.equal(server.dropConnections(session), 1);
  assert.equal(await kazoo.says('state'), 'SUSPENDED');
  assert.equal(await kazoo.says('state'), 'CONNECTED');
  assert.equal(await kazoo.ask('exists /e', 'exists'), 'True');

  await server.expireSession(session);
  assert.equal(await kazoo.says('state'), 'SUSPENDED');
  assert.equal(await kazoo.says('state'), 'LOST');
  assert.equal(await kazoo.says('state'), 'CONNECTED');
  assert.equal(await kazoo.ask('exists /e', 'exists'), 'False');

  assert.equal(await kazoo.ask('create /x', 'created'), '/x');
  await server.kill();
  assert.equal(await kazoo.says('state'), 'SUSPENDED');
  await server.restart();
  assert.equal(await kazoo.says('state'), 'CONNECTED');
  assert.equal(await kazoo.ask('exists /x', 'exists'), 'True');
});

test('test kit with kazoo: the leader that it is connected to dies → the session goes on at another', async (t) => {
  if (!packages.available) return t.skip(packages.reason);
  const ensemble = await TestEnsemble.start({ after: (cleanUp) => t.after(cleanUp) });
  const leader = ensemble.leader();
  const others = ensemble.followers().map(({ connectString }) => connectString);
  const kazoo = new Kazoo(t, [leader.connectString, ...others].join(','));
  await kazoo.says('session');
  assert.equal(leader.sessions.length, 1);
  await kazoo.ask('ephemeral /e', 'created');
  await leader.kill();
  assert.equal(await kazoo.says('state'), 'SUSPENDED');
  await ensemble.waitForServing();
  assert.equal(await kazoo.says('state'), 'CONNECTED');
  assert.equal(await kazoo.ask('exists /e', 'exists'), 'True');
});
