/**
 * Backups of a server that is being written to and purged meanwhile. One client writes, all in
 * flight, so the zxids of its writes are known: what is restored at a zxid must be the recorded
 * history up to there, exactly.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ZooKeeper } from '../../../src/client/index.ts';
import { makeFolder, zooid } from '../../tools/tool-run.ts';
import { makeDataDir, missingServer, ServerProcess } from '../server-process.ts';
import { RecordedHistory, stateOfSnapshot } from './recorded-history.ts';

const LINE_TIMEOUT_MS = 60_000;
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
    const late = delay(LINE_TIMEOUT_MS, null, { ref: false }).then(() =>
      assert.fail(`Not at ${zxid} in time: ${this.output}`),
    );
    for (const each of [early, late]) each.catch(() => {});
    while (this.#zxid < zxid) {
      const line = new Promise<void>((resolve) => {
        this.#onLine = resolve;
      });
      await Promise.race([line, early, late]);
    }
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    this.#child.kill(signal);
    const [code] = (await this.#ended) as [number | null];
    return code;
  }
}

test('backup: a server written to, purged, killed, and the backup killed → restored at any zxid, exactly what was then', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const dataDir = makeDataDir(t);
  const properties = { snapCount: '100', preAllocSize: '64' };
  let server = await ServerProcess.start({ dataDir, properties });
  t.after(() => server.kill());
  const zk = await ZooKeeper.connect(`127.0.0.1:${server.port}`);
  t.after(() => zk.close());
  // The session itself is the first txn.
  const history = new RecordedHistory(zk, 1);
  await history.write(50);

  const backup = makeFolder(t);
  const words = [backup, '--from', dataDir, '--follow', '--interval', '5'];
  let follower = new Follower(words);
  t.after(() => follower.end('SIGKILL'));
  const begin = history.zxid;
  await follower.reaches(begin);
  const firstLog = join(dataDir, 'version-2', 'log.1');
  // A slow disk makes fewer snapshots: until one of the purges has deleted something.
  for (let round = 0; round < 8 || existsSync(firstLog); round++) {
    const written = history.write(250);
    // Seven snapshots are at least 300 txns, one of a start included: it never deletes what the backup still has to copy.
    const purged = zooid('cleanup', dataDir, '-n', '7');
    if (round % 4 === 2) {
      // Wherever it is: between a copy and the manifest, too.
      await follower.reaches(history.zxid - 200);
      await follower.end('SIGKILL');
      follower = new Follower(words);
    }
    await written;
    assert.equal((await purged).code, 0, (await purged).output);
    if (round === 6) {
      await server.kill();
      server = await ServerProcess.start({ dataDir, properties, port: server.port });
    }
    await follower.reaches(history.zxid);
  }
  assert.equal(await follower.end('SIGTERM'), 0, follower.output);

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
  await Promise.all([zk.close(), reader.close()]);
  await Promise.all([server.kill(), next.kill()]);
});
