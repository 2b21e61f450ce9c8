/** The shell against our own server in this process. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runningShell } from './running-shell.ts';

test('shell: a line → its result, its exit code and its number', async (t) => {
  const { shell, say } = await runningShell(t);
  assert.deepEqual(await say('create /a "x y"'), { out: [], err: ['Created /a'], code: 0 });
  assert.deepEqual(await say('get /a'), { out: ['x y'], err: [], code: 0 });
  const missing = { out: [], err: ['Node does not exist: /none'], code: 1 };
  assert.deepEqual(await say('get /none'), missing);
  assert.deepEqual((await say('redo 1')).out, ['x y']);
  assert.deepEqual((await say('history')).out.slice(-2), ['3 - get /a', '4 - history']);
  assert.deepEqual([shell.lineNumber, shell.state], [5, 'CONNECTED']);
  await say('   ');
  assert.equal(shell.lineNumber, 5);
});

test('shell: unknown commands and flags → what was probably meant', async (t) => {
  const { say } = await runningShell(t);
  const unknown = await say('gte /a');
  assert.equal(unknown.code, 127);
  assert.match(unknown.err[0] ?? '', /^ZooKeeper -server .*\n\taddWatch /);
  assert.deepEqual(unknown.err.slice(1), [
    'Command not found: Command not found gte',
    'Did you mean get?',
  ]);
  const { err, code } = await say('ls --jsn /');
  assert.deepEqual(
    [err.slice(1), code],
    [['Usage: ls [-s] [-w] [-R] path', 'Did you mean --json?'], 1],
  );
});

test('shell: what Java ends on → a sentence, and the shell goes on', async (t) => {
  const { say } = await runningShell(t);
  await say('create /a');
  for (const line of ['delete -v x /a', 'addWatch a', 'redo x', 'set -b /a ?', 'connect :']) {
    const { err, code } = await say(line);
    assert.deepEqual([err.length, code], [1, 1], line);
  }
});

test('shell: closed → not connected until it connects again', async (t) => {
  const { shell, say } = await runningShell(t);
  await say('ls /');
  await say('close');
  assert.equal(shell.state, 'CLOSED');
  assert.deepEqual((await say('ls /')).out, ['Not connected']);
  await say('connect');
  assert.deepEqual((await say('ls /')).out, ['[zookeeper]']);
  await say('ls /none');
  assert.equal((await say('quit')).code, 1);
  assert.ok(shell.isOver);
});

test('shell: no server answers → says where and why, soon', async (t) => {
  const { server, say } = await runningShell(t);
  await say('ls /');
  await server.stop();
  const { err, code } = await say('ls /');
  assert.equal(code, 1);
  assert.equal(err[0], 'KeeperErrorCode = ConnectionLoss for /');
  assert.match(err[1] ?? '', new RegExp(`^No server is to be had at 127.0.0.1:${server.port} \\(`));
});

test('shell: given up → the line ends, the next one is served', async (t) => {
  const { shell, server, output, say } = await runningShell(t);
  await say('ls /');
  await server.stop();
  const controller = new AbortController();
  output.complained.length = 0;
  const running = shell.runLine('ls /', controller.signal);
  controller.abort();
  await running;
  assert.deepEqual([shell.exitCode, output.complained], [1, []]);
  assert.match((await say('version')).out[0] ?? '', /^ZooKeeper CLI version: 3\./);
});

test('shell: given up in the middle → nothing more is printed or deleted, by redo neither', async (t) => {
  const { shell, output, say } = await runningShell(t);
  await say('create /a');
  for (let n = 0; n < 20; n++) await say(`create /a/${n}`);
  const { zk } = shell;
  assert.ok(zk !== undefined);
  const { print } = output;
  const listing = new AbortController();
  output.print = (text) => {
    print(text);
    listing.abort();
  };
  output.printed.length = 0;
  await shell.runLine('ls -R /a', listing.signal);
  output.print = print;
  // One after another, each a turn through the server; the first deletion is told before its reply.
  const deletionsAfter = async (line: string) => {
    const deleting = new AbortController();
    const before = await zk.getChildren('/a', { watch: () => deleting.abort() });
    await shell.runLine(line, deleting.signal);
    for (let turn = 0; turn < 5; turn++) await zk.sync('/a');
    return before.length - (await zk.getChildren('/a')).length;
  };
  const { lineNumber } = shell;
  assert.equal(await deletionsAfter('deleteall /a -b 0'), 1);
  assert.equal(await deletionsAfter(`redo ${lineNumber}`), 1);
  assert.deepEqual([output.printed, shell.exitCode], [['/a'], 1]);
});

test('shell: connect to what is no host → the session that is there lives on', async (t) => {
  const { shell, say } = await runningShell(t);
  await say('create -e /e');
  assert.equal((await say('connect :')).code, 1);
  assert.deepEqual([shell.state, (await say('ls /')).out], ['CONNECTED', ['[e, zookeeper]']]);
});
