/** Ensembles whose members speak TLS with each other: real servers in this process. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import { retryUntilElapsed, ZooKeeper } from '../../../src/client/index.ts';
import { type RunningServer, type ServerMode, startServer } from '../../../src/server/index.ts';
import { makeLogger, silentLogger } from '../../../src/server/logging/logger.ts';
import { findFreePort } from '../../free-ports.ts';
import { makeDataDir } from '../../process/server-process.ts';
import { cleanUp, temporaryDirectory } from '../embedded-server.ts';
import { opensslMissing, TestAuthority } from './test-certificates.ts';

const skip = opensslMissing === '' ? false : opensslMissing;
const authority = skip ? null : new TestAuthority(makeDataDir({ after }));
authority?.issue('member');

function stores(): Record<string, string> {
  assert.ok(authority);
  return {
    'ssl.quorum.keyStore.location': authority.path('member.pem'),
    'ssl.quorum.trustStore.location': authority.trust,
  };
}

interface Line {
  readonly message: string;
  readonly facts: string;
}

class Member {
  readonly lines: Line[] = [];
  readonly #folder: string;
  readonly #id: number;
  readonly #shared: Readonly<Record<string, string>>;
  readonly port: number;
  #server: RunningServer | null = null;
  #mode: ServerMode | null = null;
  #onChange: () => void = () => {};

  constructor(folder: string, id: number, shared: Readonly<Record<string, string>>) {
    this.port = Number(/\d+$/.exec(shared[`server.${id}`] ?? ''));
    this.#folder = `${folder}/${id}`;
    this.#id = id;
    this.#shared = shared;
    mkdirSync(`${this.#folder}/data`, { recursive: true });
    writeFileSync(`${this.#folder}/data/myid`, String(id));
  }

  async start(more: Readonly<Record<string, string>>): Promise<void> {
    const configFile = `${this.#folder}/zoo.cfg`;
    const entries = { ...this.#shared, ...more, dataDir: `${this.#folder}/data` };
    const lines = Object.entries(entries).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(configFile, lines.join(''));
    this.#server = await startServer({
      configFile,
      logger: makeLogger('info', (_, message, facts = {}) => {
        this.lines.push({ message, facts: JSON.stringify({ ...facts, id: this.#id }) });
        this.#onChange();
      }),
      onServing: ({ mode }) => {
        this.#mode = mode;
        this.#onChange();
      },
    });
  }

  get mode(): ServerMode | null {
    return this.#mode;
  }

  stop(): Promise<void> {
    this.#mode = null;
    return this.#server?.stop() ?? Promise.resolve();
  }

  kill(): Promise<void> {
    this.#mode = null;
    return this.#server?.kill() ?? Promise.resolve();
  }

  serves(): Promise<void> {
    return this.#until(() => this.#mode !== null);
  }

  logs(message: RegExp, facts: RegExp): Promise<void> {
    return this.#until(() =>
      this.lines.some((line) => message.test(line.message) && facts.test(line.facts)),
    );
  }

  #until(isThere: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(JSON.stringify(this.lines))), 30_000);
      this.#onChange = () => {
        if (!isThere()) return;
        clearTimeout(timer);
        resolve();
      };
      this.#onChange();
    });
  }
}

/** Ids from 1 on; `observers` of them do not vote. */
async function makeMembers(t: TestContext, observers = 0) {
  const ids = Array.from({ length: 3 + observers }, (_, index) => index + 1);
  const found = new Set<number>();
  while (found.size < ids.length * 3) found.add(await findFreePort());
  const ports = [...found];
  const shared: Record<string, string> = {
    ...{ tickTime: '200', initLimit: '50', syncLimit: '100', 'admin.enableServer': 'false' },
    ...{ forceSync: 'no', preAllocSize: '1024', ...stores() },
  };
  for (const id of ids) {
    const [quorum, election, client] = ports.slice(id * 3 - 3);
    const role = id > 3 ? 'observer' : 'participant';
    const servers = `127.0.0.1:${quorum}:${election}:${role}`;
    shared[`server.${id}`] = `${servers};127.0.0.1:${client}`;
  }
  const folder = temporaryDirectory(t);
  const members = ids.map((id) => new Member(folder, id, shared));
  cleanUp(t, async () => {
    await Promise.all(members.map((member) => member.stop()));
  });
  return { members, electionPort: ports[1] ?? 0, quorumPort: ports[0] ?? 0 };
}

const retry = retryUntilElapsed({ maxElapsedMs: 30_000, delayMs: 20 });

/** The session is made by a quorum; what asks the leader may be asked again. */
async function useSession({ port }: Member): Promise<void> {
  const zk = await ZooKeeper.connect(`127.0.0.1:${port}`, { retry });
  await zk.sync('/');
  await zk.close();
}

test('quorum TLS: voters and an observer → large writes through each, sessions after the leader is gone', {
  skip,
}, async (t) => {
  const { members } = await makeMembers(t, 1);
  await Promise.all(members.map((member) => member.start({ sslQuorum: 'true' })));
  await Promise.all(members.map((member) => member.serves()));
  for (const { port } of members) {
    const zk = await ZooKeeper.connect(`127.0.0.1:${port}`);
    await zk.create(`/from-${port}`, new Uint8Array(900_000));
    await zk.close();
  }
  const leader = members.find(({ mode }) => mode === 'leader');
  assert.ok(leader);
  await leader.kill();
  for (const member of members) if (member !== leader) await useSession(member);
});

const STEPS = [
  { portUnification: 'true' },
  { portUnification: 'true', sslQuorum: 'true' },
  { sslQuorum: 'true' },
] as const;

test('quorum TLS: one member after another, from plain by both to TLS alone → sessions through each after every step', {
  skip,
}, async (t) => {
  const { members, electionPort, quorumPort } = await makeMembers(t);
  await Promise.all(members.map((member) => member.start({})));
  await Promise.all(members.map((member) => member.serves()));
  for (const step of STEPS) {
    for (const member of members) {
      await member.stop();
      await member.start(step);
      await Promise.all(members.map((each) => each.serves()));
    }
    for (const member of members) await useSession(member);
  }
  const [first] = members;
  assert.ok(first);
  for (const [port, name] of [
    [electionPort, /election port/],
    [quorumPort, /quorum port/],
  ] as const) {
    const intruder = connectPlain({ port, host: '127.0.0.1' });
    intruder.on('error', () => {});
    intruder.write(new Uint8Array(64));
    await first.logs(name, /it does not speak TLS/);
    intruder.destroy();
  }
});

test('quorum TLS: a member with a certificate for another host → heard by nobody', {
  skip,
}, async (t) => {
  assert.ok(authority);
  authority.issue('elsewhere', { names: 'DNS:elsewhere.example,IP:192.0.2.1' });
  const { members } = await makeMembers(t);
  const [first, second, third] = members;
  assert.ok(first && second && third);
  const tls = { sslQuorum: 'true' };
  await first.start(tls);
  await second.start(tls);
  await Promise.all([first.serves(), second.serves()]);
  await third.start({ ...tls, 'ssl.quorum.keyStore.location': authority.path('elsewhere.pem') });
  await first.logs(/TLS handshake failed/, /192\.0\.2\.1\) is not for 127\.0\.0\.1/);
});

test('quorum TLS: stores that are missing → told before anything else', { skip }, async (t) => {
  const folder = temporaryDirectory(t);
  writeFileSync(`${folder}/myid`, '1');
  const server = 'server.1=127.0.0.1:1:2\nserver.2=127.0.0.1:3:4\nserver.3=127.0.0.1:5:6\n';
  const limits = 'initLimit=5\nsyncLimit=5\nsslQuorum=true\n';
  writeFileSync(`${folder}/zoo.cfg`, `dataDir=${folder}\n${server}${limits}`);
  await assert.rejects(
    startServer({ configFile: `${folder}/zoo.cfg`, logger: silentLogger }),
    /^ConfigError: TLS needs ssl\.quorum\.keyStore\.location/,
  );
});
