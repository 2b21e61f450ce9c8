/** examples/log-collection, with parts and servers killed: what was collected is what was written. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ZooKeeper } from 'zooid';
import { TestServer } from 'zooid/testing';
import { Stage } from '../../examples/frame/stage.ts';
import { CollectedLog, readCollected } from '../../examples/log-collection/collected-log.ts';
import { playLogs } from '../../examples/log-collection/example.ts';
import { checkLines, enoughFile } from '../../examples/log-collection/source-log.ts';

test('log collection example: parts and the leader killed, a collector paused → each line once, in order', async () => {
  await using stage = await Stage.open({ ensemble: { mode: 'inProcess', size: 3 } });
  const play = await playLogs(stage, { collectors: 3, sources: 4, everyMs: 5 });
  const [killed, paused] = [stage.part('collector-1'), stage.part('collector-2')];
  const source = stage.part('source-1');
  /** The tree says so, and of the process that runs now. */
  const hasGroups = ({ name, pid }: typeof killed) =>
    play.lines().some((line) => {
      return (
        line.startsWith(`${name}: `) && line.endsWith(`(${pid})`) && !line.includes('no groups')
      );
    });
  const isCollected = () =>
    play.sources.every(({ status }) => /collector-\d has (all|[1-9]\d*) of/.test(status));
  await stage.until('all collectors take in lines', () => {
    return play.collectors.every(hasGroups) && isCollected();
  });

  const leader = stage.ensemble.leader();
  paused.pause();
  await Promise.all([killed.kill(), source.kill(), leader.kill()]);
  await stage.until('the others have all groups', () => {
    return killed.starts >= 2 && hasGroups(killed) && !hasGroups(paused) && isCollected();
  });
  paused.resume();
  await stage.until('it has seen that it was fenced off, and is back', () => {
    return paused.starts >= 2 && hasGroups(paused);
  });
  await leader.restart();
  writeFileSync(enoughFile(stage.folder), '');
  await stage.until('all is collected', () =>
    play.sources.every(({ status }) => /^has written .* has all /.test(status)),
  );
  await stage.stopParts();
  const outcome = await play.check();
  for (const { name } of play.sources) {
    const [, lines, of] = new RegExp(`${name} (\\d+) of (\\d+)`).exec(outcome) ?? [];
    assert.ok(Number(lines) > 0, outcome);
    assert.equal(lines, of, outcome);
  }
  assert.ok(source.starts >= 2);
});

test('log collection example: ended before anything was collected → the check says so', async () => {
  await using stage = await Stage.open({ ensemble: { mode: 'inProcess', size: 1 } });
  const play = await playLogs(stage, { collectors: 0, sources: 0, everyMs: 5 });
  assert.match(await play.check(), /none yet/);
});

test('log collection example: a collector that was paused writes on too late → refused, nothing doubled', async () => {
  await using server = await TestServer.start();
  const folder = mkdtempSync(join(tmpdir(), 'zooid-logs-'));
  const zk = await ZooKeeper.connect(server.connectString);
  try {
    const claim = { folder, source: 'source-1' };
    const former = await CollectedLog.open(zk, { ...claim, fencingToken: 9n });
    await former.append(Buffer.from('source-1 1 a\n'));
    const next = await CollectedLog.open(zk, { ...claim, fencingToken: 16n });
    assert.equal(next.offset, 13);
    await assert.rejects(former.append(Buffer.from('source-1 2 b\n')), /is of token 0*10\./);
    await next.append(Buffer.from('source-1 2 b\n'));
    await assert.rejects(CollectedLog.open(zk, { ...claim, fencingToken: 15n }), /is of token/);
    assert.equal(String(await readCollected(zk, claim)), 'source-1 1 a\nsource-1 2 b\n');
    await Promise.all([former.close(), next.close()]);
  } finally {
    await zk.close();
    rmSync(folder, { recursive: true });
  }
});

test('log collection example: a line that is missing, or comes twice → the check sees it', () => {
  assert.equal(checkLines('a', 'a 1 x\na 2 x\n'), 2);
  assert.throws(() => checkLines('a', 'a 1 x\na 3 x\n'), /stands where a 2/);
  assert.throws(() => checkLines('a', 'a 1 x\na 1 x\n'), /stands where a 2/);
});
