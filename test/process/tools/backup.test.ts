/**
 * Backups of a server that is being written to and purged meanwhile. One client writes, all in
 * flight, so the zxids of its writes are known: what is restored at a zxid must be the recorded
 * history up to there, exactly.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ZooKeeper } from '../../../src/client/index.ts';
import { makeFolder, zooid } from '../../tools/tool-run.ts';
import { makeDataDir, missingServer, ServerProcess } from '../server-process.ts';
import { RecordedHistory, stateOfSnapshot } from './recorded-history.ts';

const BIN = fileURLToPath(new URL('../../../bin/zooid.js', import.meta.url));

/** `zooid backup --follow`, by its lines. */
class Follower {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  #zxid = -1;
  #onLine: () => void = () => {};
  output = '';

  constructor(words: readonly string[]) {
    const child = spawn(process.execPath, [BIN, 'backup', ...words], { stdio: 'pipe' });
    this.#child = child;
    this.#ended = once(child, 'close');
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.output += `${line}\n`;
        const hex = /^Backed up to zxid (0x[0-9a-f]+)/.exec(line)?.[1];
        if (hex !== undefined) this.#zxid = Number(hex);
        this.#onLine();
      });
    }
  }

  async reaches(zxid: number): Promise<void> {
    const early = this.#ended.then(() => assert.fail(`It ended: ${this.output}`));
    while (this.#zxid < zxid) {
      const line = new Promise<void>((resolve) => {
        this.#onLine = resolve;
      });
      await Promise.race([line, early]);
    }
    early.catch(() => {});
  }

  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    const [code] = (await this.#ended) as [number | null];
    return code;
  }
}

test('backup: a server written to and purged meanwhile → restored at any zxid, exactly what was then', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const dataDir = makeDataDir(t);
  const properties = { snapCount: '100', preAllocSize: '64' };
  const server = await ServerProcess.start({ dataDir, properties });
  t.after(() => server.kill());
  const zk = await ZooKeeper.connect(`127.0.0.1:${server.port}`);
  t.after(() => zk.close());
  // The session itself is the first txn.
  const history = new RecordedHistory(zk, 1);
  await history.write(50);

  const backup = makeFolder(t);
  const follower = new Follower([backup, '--from', dataDir, '--follow', '--interval', '5']);
  const begin = history.zxid;
  await follower.reaches(begin);
  for (let round = 0; round < 12; round++) {
    await history.write(250);
    const purged = await zooid('cleanup', dataDir, '-n', '3');
    assert.equal(purged.code, 0, purged.output);
  }
  await follower.reaches(history.zxid);
  assert.equal(await follower.stop(), 0, follower.output);

  // Stopped, and behind: the next run has only the rest to copy.
  const followed = history.zxid;
  await history.write(70);
  const again = await zooid('backup', backup, '--from', dataDir);
  const line = new RegExp(`^Backed up to zxid 0x${history.zxid.toString(16)} .*: 70 new txns`, 'm');
  assert.match(again.output, line);
  const verified = await zooid('backup', 'verify', backup);
  assert.equal(verified.code, 0, verified.output);
  assert.match(
    verified.output,
    /^chain-1: whole, zxid 0x\w+ to 0x\w+, \d+ txns, digest -?\d+\.\n$/,
  );

  const end = history.zxid;
  for (const zxid of [begin, begin + 1, 999, followed, followed + 1, end]) {
    const restored = makeFolder(t);
    const hex = zxid.toString(16);
    const { code, output } = await zooid('restore', backup, restored, '--to-zxid', `0x${hex}`);
    assert.equal(code, 0, output);
    assert.match(output, new RegExp(`^Restored zxid 0x${hex}, digest -?\\d+, `));
    assert.deepEqual(stateOfSnapshot(`${restored}/version-2/snapshot.${hex}`), history.at(zxid));
  }

  const place = makeFolder(t);
  const when = await zooid('restore', backup, place, '--to-time', String(Date.now()));
  assert.match(when.output, new RegExp(`^Restored zxid 0x${end.toString(16)}`));
  const next = await ServerProcess.start({ dataDir: place });
  t.after(() => next.kill());
  const reader = await ZooKeeper.connect(`127.0.0.1:${next.port}`);
  t.after(() => reader.close());
  const names = (await reader.getChildren('/')).filter((name) => name !== 'zookeeper');
  assert.deepEqual(names.map((name) => `/${name}`).sort(), [...history.at(end).keys()].sort());

  // A server runs there now: neither force nor anything else may change its data.
  const refused = await zooid('restore', backup, place, '--force');
  if (process.platform === 'linux') assert.match(refused.output, /is in use by process \d+/);
  assert.equal(refused.code, 1);
});
