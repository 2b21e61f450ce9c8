/** The commands that Java does not have, against our own server in this process. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { copiedNodes } from '../../src/cli/copied-node.ts';
import { ZooKeeper } from '../../src/client/index.ts';
import { cleanUp, startEmbedded, temporaryDirectory } from '../server/embedded-server.ts';
import { runningShell } from './running-shell.ts';

type Say = Awaited<ReturnType<typeof runningShell>>['say'];

async function plant(say: Say): Promise<void> {
  for (const line of [
    'create /app root',
    'create /app/a one',
    'create /app/a/b "two\nlines"',
    'create /app/none',
    'create -e /app/e gone',
    'set -b /app/none /w==',
    'setAcl /app/a world:anyone:cdrwa,digest:u:hash:r',
  ]) {
    assert.equal((await say(line)).code, 0, line);
  }
}

test('tree, find, du: a subtree → drawn, searched, summed up', async (t) => {
  const { say } = await runningShell(t);
  await plant(say);
  const drawing = ['/app', '├── a', '│   └── b', '├── e', '└── none'].join('\n');
  assert.deepEqual((await say('tree /app')).out, [drawing]);
  assert.deepEqual((await say('tree -d 1 /')).out, [['/', '├── app', '└── zookeeper'].join('\n')]);
  assert.deepEqual((await say('find -name ?o* /app')).out, ['/app/none']);
  assert.deepEqual((await say('find -e /')).out, ['/app/e']);
  assert.deepEqual((await say('find -larger 4 /app')).out, ['/app/a/b']);
  assert.deepEqual(JSON.parse((await say('du --json /app')).out[0] ?? ''), [
    { path: '/app/a', bytes: 12, nodes: 2 },
    { path: '/app/e', bytes: 4, nodes: 1 },
    { path: '/app/none', bytes: 1, nodes: 1 },
    { path: '/app', bytes: 21, nodes: 5 },
  ]);
  assert.match((await say('du /app')).out[0] ?? '', /^bytes +nodes +path\n12 +2 +\/app\/a\n/);
});

test('grep: lines of data → where they are; none is an error', async (t) => {
  const { say } = await runningShell(t);
  await plant(say);
  assert.deepEqual((await say('grep -i ^LI /app')).out, ['/app/a/b:lines']);
  assert.deepEqual((await say('grep -l o$ /app')).out, ['/app/a/b']);
  assert.equal((await say('grep zebra /app')).code, 1);
  assert.equal((await say('grep ( /app')).code, 2);
});

test('grep: more matches than a call takes arguments → all of them', async (t) => {
  const { say, shell } = await runningShell(t);
  await say('create /lines');
  await shell.zk?.setData('/lines', '\n'.repeat(200_000));
  assert.equal((await say('grep ^$ /lines')).out.length, 200_001);
});

test('cp: a subtree → data and ACLs at the target, no ephemerals; nothing is written over', async (t) => {
  const { say } = await runningShell(t);
  await plant(say);
  const { err } = await say('cp -R /app /copy');
  assert.deepEqual(err, ['/app/e is ephemeral: left out', 'Copied 4 nodes to /copy']);
  assert.deepEqual((await say('get -b /copy/none')).out, ['/w==']);
  assert.match((await say('getAcl --json /copy/a')).out[0] ?? '', /u:hash/);
  assert.equal((await say('cp -R /app /copy')).code, 1);
  assert.match((await say('cp -R /app /app/x')).err[0] ?? '', /lies within/);
});

test('cp: a node goes while others are copied → the copy goes on', async (t) => {
  const { say, shell } = await runningShell(t);
  await plant(say);
  assert.ok(shell.zk !== undefined);
  const { signal } = new AbortController();
  const call = { zk: shell.zk, signal, complain: () => {} };
  const copied: string[] = [];
  for await (const node of copiedNodes(call, '/app', true)) {
    copied.push(node.path);
    if (node.path === '/app') await say('delete /app/none');
  }
  assert.deepEqual(copied.slice(0, 3), ['/app', '/app/a', '/app/a/b']);
});

test('cp: an ACL whose digest is hidden → refused, with what to do', async (t) => {
  const { say } = await runningShell(t);
  await say('create /a x world:anyone:cdrw,digest:anna:hash:cdrwa');
  const { err, code } = await say('cp /a /copy');
  assert.match(err[0] ?? '', /^The ACL of \/a cannot be copied: .* of anna\. addauth/);
  assert.deepEqual([code, (await say('get /copy')).code], [1, 1]);
});

test('export, import: a file → the same nodes again, elsewhere too', async (t) => {
  const { say } = await runningShell(t);
  await plant(say);
  const file = path.join(temporaryDirectory(t), 'app.json');
  // Others could read it.
  writeFileSync(file, 'older', { mode: 0o644 });
  await say(`export -o ${file} /app`);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(path.dirname(file)), ['app.json']);
  assert.match((await say(`export -o ${file}/x /app`)).err[1] ?? '', /cannot be written: ENOTDIR/);
  await say('set /app/a changed');
  await say('setAcl /app/a/b ip:127.0.0.1:r,world:anyone:cdrwa');
  const aclVersion = async (of: string) =>
    JSON.parse((await say(`get --json ${of}`)).out[0] ?? '').stat.aclVersion;
  assert.match((await say(`import ${file}`)).err[0] ?? '', /already exists: \/app$/);
  assert.deepEqual((await say(`import -f ${file}`)).code, 0);
  assert.deepEqual((await say('get /app/a')).out, ['one']);
  // What is the same already is not written.
  assert.deepEqual([await aclVersion('/app/a'), await aclVersion('/app/a/b')], [1, 2]);
  await say(`import ${file} /again`);
  assert.deepEqual((await say('get -b /again/none')).out, ['/w==']);
  assert.match((await say('getAcl --json /again/a')).out[0] ?? '', /u:hash/);
  for (const text of ['{', '{}', readFileSync(file, 'utf8').replace('"/app/a"', '"/other"')]) {
    writeFileSync(file, text);
    assert.match((await say(`import ${file} /bad`)).err[0] ?? '', /cannot be imported: /);
  }
  assert.match((await say('get /bad')).err[0] ?? '', /does not exist/);
});

test('mirror: to another server → what is missing and what differs is written there', async (t) => {
  const { say } = await runningShell(t);
  await plant(say);
  const other = `127.0.0.1:${(await startEmbedded(t)).port}`;
  const counts = async (flags = '') =>
    (await say(`mirror ${flags} /app ${other} /there`)).err.at(-1);
  assert.equal(await counts(), '3 created, 1 changed, 0 same, 0 deleted');
  await say('set /app/a newer');
  await say('delete /app/a/b');
  // A session that lives at the target.
  const zk = await ZooKeeper.connect(other);
  cleanUp(t, () => zk.close());
  await zk.create('/there/live', 'x', { mode: 'ephemeral' });
  assert.equal(await counts('-delete'), '0 created, 1 changed, 2 same, 1 deleted');
  assert.notEqual(await zk.exists('/there/live'), null);
  await say(`connect ${other}`);
  assert.deepEqual((await say('get /there/a')).out, ['newer']);
  assert.match((await say('mirror /there 127.0.0.1:1')).err[0] ?? '', /had at 127.0.0.1:1 \(/);
});

test('watch: events → one line each, until so many have come', async (t) => {
  const { say, shell } = await runningShell(t);
  await plant(say);
  const seen = say('watch -R -n 2 --json /app');
  // What was asked for in this turn is sent before what follows.
  await setImmediate();
  await shell.zk?.setData('/app/a', 'x');
  await shell.zk?.create('/app/later');
  const events = (await seen).out.map((line) => JSON.parse(line));
  assert.deepEqual(
    events.map(({ type, path: at }) => `${type} ${at}`),
    ['nodeDataChanged /app/a', 'nodeCreated /app/later'],
  );
});

test('edit: by $VISUAL → written; no change and a failed editor are told', async (t) => {
  const { say } = await runningShell(t);
  await plant(say);
  const { VISUAL } = process.env;
  t.after(() => {
    if (VISUAL === undefined) delete process.env['VISUAL'];
    else process.env['VISUAL'] = VISUAL;
  });
  process.env['VISUAL'] = 'sed -i s/one/uno/';
  assert.equal((await say('edit /app/a')).code, 0);
  assert.deepEqual((await say('get /app/a')).out, ['uno']);
  assert.deepEqual((await say('edit /app/a')).err, ['/app/a is unchanged']);
  process.env['VISUAL'] = 'false';
  assert.match((await say('edit /app/a')).err[0] ?? '', /^The editor false has failed/);
});

test('top: the servers of the connect string → what each says of itself', async (t) => {
  const { say, shell } = await runningShell(t);
  await say('ls /');
  const [table = ''] = (await say('top -n 1')).out;
  assert.match(table, new RegExp(`^server .*\n${shell.host} +standalone +\\d`));
});

test('help: of all, of one, of none → their forms; wrong forms of our own end with 2', async (t) => {
  const { say } = await runningShell(t);
  assert.match((await say('help')).out[0] ?? '', /\n\twatch \[-R\]/);
  assert.deepEqual((await say('help stat')).out.at(-1), '  --json          Output as JSON');
  assert.equal((await say('help nothing')).code, 1);
  assert.deepEqual(await say('du'), {
    ...{ out: [], code: 2 },
    err: ['There are too few words', 'Usage: du [--json] path'],
  });
  const { err, code } = await say('tree --jsn /');
  assert.deepEqual(
    [err[0], err[2], code],
    ['Unrecognized option: --jsn', 'Did you mean --json?', 2],
  );
  assert.equal((await say('watch -n x /')).code, 2);
});
