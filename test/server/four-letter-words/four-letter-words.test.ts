/**
 * The texts are what Java 3.9.5 answered to the same requests, with addresses, ids, times and
 * sizes masked; 3.8.0 answers the same.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fourLetterWords } from '../../../src/server/four-letter-words/word-table.ts';
import {
  bool,
  buf,
  cat,
  int,
  long,
  Op,
  openAcl,
  RawClient,
  str,
  vec,
} from '../../interop/raw-client.ts';
import { connectionOf, masked, type RunningWords, runWords } from './running-words.ts';

const create = (path: string, data: string | null, flags: number) =>
  cat(str(path), buf(data), vec([openAcl]), int(flags));
const watched = (path: string) => cat(str(path), bool(true));

/** Two sessions: the first owns two ephemerals; both watch /a. */
async function connectTwo(t: TestContext, { port }: RunningWords): Promise<RawClient[]> {
  const first = await RawClient.connect(port, { timeOut: 10_000 });
  await first.must(Op.create, create('/a', 'hi', 0));
  await first.must(Op.create, create('/e', null, 1));
  await first.must(Op.create, create('/e2', null, 1));
  await first.must(Op.getData, watched('/a'));
  await first.must(Op.getData, watched('/e'));
  await first.must(Op.getChildren, watched('/'));
  const second = await RawClient.connect(port, { timeOut: 30_000 });
  await second.must(Op.getData, watched('/a'));
  t.after(() => {
    first.connection.destroy();
    second.connection.destroy();
  });
  return [first, second];
}

test('words: a fresh server → the texts of Java', async (t) => {
  const server = await runWords(t);
  assert.equal(
    masked(await server.ask('srvr')),
    `Zookeeper version: VERSION
Latency min/avg/max: N/N/N
Received: 1
Sent: 0
Connections: 1
Outstanding: 0
Zxid: 0x0
Mode: standalone
Node count: 5
`,
  );
  assert.match(await server.ask('srvr'), /^Latency min\/avg\/max: 0\/0\.0\/0$/m);
  assert.equal(await server.ask('wchs'), '0 connections watching 0 paths\nTotal watches:0\n');
  assert.equal(await server.ask('wchc'), '\n');
  assert.equal(await server.ask('wchp'), '\n');
  assert.equal(await server.ask('hash'), '');
  assert.equal(await server.ask('ruok'), 'imok');
  assert.equal(await server.ask('isro'), 'rw');
});

test('words: sessions, ephemerals and watches → the texts of Java', async (t) => {
  const server = await runWords(t);
  await connectTwo(t, server);
  const [sessions, connections] = masked(await server.ask('dump')).split('Connections Sets ');
  assert.equal(
    sessions,
    `SessionTracker dump:
Session Sets (2)/(2):
1 expire at DATE:
\tSESSION
1 expire at DATE:
\tSESSION
ephemeral nodes dump:
Sessions with Ephemerals (1):
SESSION:
\t/e
\t/e2
Connections dump:
`,
  );
  // Which of them share a bucket depends on the clock.
  assert.match(
    connections ?? '',
    /^\([23]\)\/\(3\):\n[12] expire at DATE:\n\tip: \/ADDRESS sessionId: /,
  );
  assert.equal(connections?.match(/sessionId: SESSION$/gm)?.length, 2);
  assert.equal(connections?.match(/sessionId: 0x0$/gm)?.length, 1);
});

test('words: watches of two sessions → by session and by path', async (t) => {
  const server = await runWords(t);
  const [first, second] = await connectTwo(t, server);
  const [a, b] = [first, second].map((client) => `0x${client?.sessionId.toString(16)}`);
  assert.equal(await server.ask('wchs'), '2 connections watching 2 paths\nTotal watches:3\n');
  assert.equal(await server.ask('wchc'), `${a}\n\t/a\n\t/e\n${b}\n\t/a\n\n`);
  assert.equal(await server.ask('wchp'), `/a\n\t${a}\n\t${b}\n/e\n\t${a}\n\n`);
});

test('words: connections → stat and cons line by line, and what crst leaves', async (t) => {
  const server = await runWords(t);
  const [first] = await connectTwo(t, server);
  const stat = masked(await server.ask('stat')).split('\n');
  assert.deepEqual(stat.slice(0, 4), [
    'Zookeeper version: VERSION',
    'Clients:',
    ' /ADDRESS[1](queued=0,recved=7,sent=7)',
    ' /ADDRESS[1](queued=0,recved=2,sent=2)',
  ]);
  assert.deepEqual(stat.slice(5, 7), ['', 'Latency min/avg/max: N/N/N']);
  const times = 'lresp=N,llat=N,minlat=N,avglat=N,maxlat=N';
  const lines = masked(await server.ask('cons')).split('\n');
  assert.deepEqual(lines.slice(0, 2), [
    ` /ADDRESS[1](queued=0,recved=7,sent=7,sid=SESSION,lop=GETC,est=N,to=10000,lcxid=0x6,lzxid=0x4,${times})`,
    ` /ADDRESS[1](queued=0,recved=2,sent=2,sid=SESSION,lop=GETD,est=N,to=30000,lcxid=0x1,lzxid=0x5,${times})`,
  ]);
  assert.equal(await server.ask('crst'), 'Connection stats reset.\n');
  assert.equal(
    masked(await server.ask('cons')).split('\n')[0],
    ` /ADDRESS[1](queued=0,recved=0,sent=0,sid=SESSION,lop=NA,est=N,to=10000,lzxid=0xffffffffffffffff,${times})`,
  );
  const own = connectionOf(server.shell, first?.sessionId ?? 0n);
  const text = server.words.answer(Buffer.from('stat'))?.text(Buffer.from('stat'), own) ?? '';
  assert.match(text, /\[0\]\(queued=0,recved=1,sent=0\)/, 'the one that asks is not read from');
});

test('words: conf, dirs, crst, srst → the texts of Java', async (t) => {
  const server = await runWords(t);
  assert.equal(
    masked(await server.ask('conf')),
    `clientPort=${server.port}
secureClientPort=-1
dataDir=${server.dataDir}/version-2
dataDirSize=N
dataLogDir=${server.dataDir}/version-2
dataLogSize=N
tickTime=2000
maxClientCnxns=60
minSessionTimeout=4000
maxSessionTimeout=40000
clientPortListenBacklog=-1
serverId=0
`,
  );
  assert.equal(masked(await server.ask('dirs')), 'datadir_size: N\nlogdir_size: N\n');
  assert.equal(await server.ask('srst'), 'Server stats reset.\n');
  assert.match(
    await server.ask('srvr'),
    /^Received: 1\nSent: 1$/m,
    'the word itself was sent after',
  );
});

test('words: a digest log → zxid in hex, digest in decimal', async (t) => {
  const server = await runWords(t);
  const [first] = await connectTwo(t, server);
  const change = cat(str('/a'), buf('x'), int(-1));
  for (let at = 0; at < 130; at++) await first?.must(Op.setData, change);
  assert.match(await server.ask('hash'), /^80: -?\d{8,19}\n$/);
});

test('words: gtmk and stmk → the mask that was set', async (t) => {
  const server = await runWords(t);
  assert.equal(await server.ask('gtmk'), '306');
  assert.equal(await server.ask(cat(Buffer.from('stmk'), long(258n))), '258');
  assert.equal(await server.ask('gtmk'), '258');
});

test('words: a mask that comes in two parts → an answer after the second', async (t) => {
  const { words } = await runWords(t);
  const answer = words.answer(Buffer.from('stmk'));
  assert.equal(answer?.bytesNeeded, 12);
  assert.equal(answer?.text(cat(Buffer.from('stmk'), long(-1n))), '-1');
});

test('words: not in the whitelist → refused in the words of Java', async (t) => {
  const server = await runWords(t, 'ruok');
  const refusal = 'is not executed because it is not in the whitelist.\n';
  assert.equal(await server.ask('ruok'), 'imok');
  assert.match(await server.ask('srvr'), /^Zookeeper version: /, 'always allowed');
  for (const word of fourLetterWords.keys()) {
    if (word === 'ruok' || word === 'srvr') continue;
    assert.equal(await server.ask(word), `${word} ${refusal}`);
  }
  const interrupt = Buffer.from('fff4fffd', 'hex');
  assert.equal(await server.ask(interrupt), `telnet close ${refusal}`);
});

test('words: control-C in telnet, allowed → closed without a byte', async (t) => {
  const server = await runWords(t);
  assert.equal(await server.ask(Buffer.from('fff4fffd', 'hex')), '');
});

test('words: an unknown word or a frame → none of it', async (t) => {
  const { words } = await runWords(t);
  for (const text of ['lsnp', 'xxxx', 'RUOK', '\0\0\0\x2d']) {
    assert.equal(words.answer(Buffer.from(text, 'latin1')), null, text);
  }
});

test('words: each of them → a row in docs/operations.md', () => {
  const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  for (const word of fourLetterWords.keys()) assert.ok(page.includes(`\n| \`${word}\` | `), word);
});
