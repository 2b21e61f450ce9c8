// Four-letter words against Java 3.9, Java 3.8 and Zooid side by side: the answers are the same
// text, times and ids masked, and so is what ends without an answer. Known differences: the values
// behind `envi`, the figures of `mntr` that stand for threads and queues which are not there (the
// names are compared, and the values of those that mean the same), and `stmk` in two packets,
// which Java leaves unanswered when the mask has not arrived yet.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import {
  type JavaVersion,
  javaServerAvailability,
  quickJvmFlags,
  startJavaServer,
} from './java-server.ts';
import { createBody, pathWatchBody, setDataBody } from './raw-body.ts';
import { Op, RawClient } from './raw-client.ts';
import type { RunningServer } from './running-server.ts';
import { againstJava, againstZooid } from './side-by-side.ts';
import { askAllWords, askBytes, plainWords } from './word-session.ts';
import { startZooidServer, zooidServerAvailability } from './zooid-server.ts';

type Kind = JavaVersion | 'zooid';

const zooid = zooidServerAvailability();
const versions = ['3.9', '3.8'] as const;

const reasonToSkip = async (version: JavaVersion): Promise<string | undefined> => {
  if (!zooid.available) return zooid.reason;
  const java = await javaServerAvailability(version);
  return java.available ? undefined : java.reason;
};

/** Runs once for each kind of server in this file. */
const onceFor = <T>(session: (port: number) => Promise<T>): ((kind: Kind) => Promise<T>) => {
  const running = new Map<Kind, Promise<T>>();
  return (kind) => {
    const known = running.get(kind);
    if (known !== undefined) return known;
    const made = kind === 'zooid' ? againstZooid(session) : againstJava(kind, session);
    running.set(kind, made);
    return made;
  };
};

const withConfig = async <T>(
  kind: Kind,
  config: Record<string, string>,
  session: (server: RunningServer) => Promise<T>,
): Promise<T> => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'zooid-words-'));
  const server = await (kind === 'zooid'
    ? startZooidServer({ dataDir, config })
    : startJavaServer({ version: kind, dataDir, config, jvmFlags: quickJvmFlags }));
  try {
    return await session(server);
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
};

/** Figures of `mntr` that mean the same on both servers. */
const sameFigures: readonly string[] = [
  ...['server_state', 'packets_received', 'packets_sent', 'num_alive_connections'],
  ...['outstanding_requests', 'znode_count', 'ephemerals_count', 'global_sessions'],
  ...['local_sessions', 'last_client_response_size', 'max_client_response_size'],
  ...['min_client_response_size', 'cnt_fsynctime', 'cnt_updatelatency'],
  // Set back by srst as all the others.
  ...['connection_rejected', 'connection_request_count', 'stale_sessions_expired'],
];

const namesIn = (lines: readonly string[], separator: RegExp): string[] =>
  lines
    .map((line) => line.split(separator)[0] ?? '')
    .filter((name) => !name.startsWith('zk_zooid_') && !name.endsWith('_per_namespace'));

/** The names, then the values that must agree. */
const monitorLines = (lines: readonly string[]): { names: string[]; figures: string[] } => ({
  names: namesIn(lines, /\t/).sort(),
  figures: lines
    .filter((line) => sameFigures.includes(line.slice('zk_'.length).split('\t')[0] ?? ''))
    .sort(),
});

const wordAnswers = onceFor(askAllWords);

for (const version of versions) {
  for (const word of plainWords) {
    test(`words: ${word} → the text that Java ${version} gives`, async (t) => {
      const reason = await reasonToSkip(version);
      if (reason !== undefined) return t.skip(reason);
      const [java, ours] = await Promise.all([wordAnswers(version), wordAnswers('zooid')]);
      const [expected = [], got = []] = [java.get(word), ours.get(word)];
      assert.ok(expected.join('').length > 0 || word === 'hash', 'Java answered.');
      if (word === 'envi') return assert.deepEqual(namesIn(got, /=/), namesIn(expected, /=/));
      if (word !== 'mntr') return assert.deepEqual(got, expected);
      const [mine, its] = [monitorLines(got), monitorLines(expected)];
      assert.equal(its.figures.length, sameFigures.length);
      assert.deepEqual(mine.figures, its.figures);
      // 3.9 has some more than 3.8.
      assert.deepEqual(
        version === '3.9' ? mine.names : its.names.filter((name) => !mine.names.includes(name)),
        version === '3.9' ? its.names : [],
      );
    });
  }
}

const traceMask = Buffer.from('0000000000000112', 'hex');

/** What else can be the first bytes; every entry is a connection of its own, in this order. */
const firstBytes: Record<string, readonly (string | Buffer)[]> = {
  'a word in two packets': ['ru', 'ok'],
  'a word in four packets': ['s', 'r', 'v', 'r'],
  'a word and a line end': ['ruok\n'],
  'a word and a line end in two packets': ['ruok', '\r\n'],
  'two words': ['ruokisro'],
  'an unknown word': ['abcd'],
  'a word in capitals': ['RUOK'],
  'a word that only an ensemble knows': ['lead'],
  'a word and its bytes': [Buffer.concat([Buffer.from('stmk'), traceMask])],
  'what the word before has set': ['gtmk'],
  'Control-C of telnet': [Buffer.from('fff4fffd', 'hex')],
  'an HTTP request': ['GET / HTTP/1.1\r\n\r\n'],
};

const firstBytesAnswers = onceFor(async (port) => {
  const answers: Record<string, string> = {};
  for (const [name, chunks] of Object.entries(firstBytes)) {
    const text = await askBytes(port, ...chunks);
    answers[name] = text.replace(/^Zookeeper version[\s\S]*/, 'srvr');
  }
  return answers;
});

for (const version of versions) {
  test(`words: split, joined and unknown ones → end as with Java ${version}`, async (t) => {
    const reason = await reasonToSkip(version);
    if (reason !== undefined) return t.skip(reason);
    const [java, ours] = await Promise.all([
      firstBytesAnswers(version),
      firstBytesAnswers('zooid'),
    ]);
    assert.equal(java['a word in two packets'], 'imok');
    assert.equal(java['a word in four packets'], 'srvr');
    assert.deepEqual(ours, java);
  });
}

test('words: stmk whose mask comes in a second packet → is waited for', async (t) => {
  if (!zooid.available) return t.skip(zooid.reason);
  const answer = await againstZooid((port) => askBytes(port, 'stmk', traceMask));
  assert.equal(answer, '274');
});

/** Lists as an operator may write them; the default holds srvr alone. */
const whitelists: Record<string, Record<string, string>> = {
  'a list of some': { '4lw.commands.whitelist': ' ruok ,mntr,, nosuch, stmk' },
  'an empty list': { '4lw.commands.whitelist': '' },
};

const refusals = async (kind: Kind, config: Record<string, string>): Promise<string[]> =>
  withConfig(kind, config, async ({ port }) => {
    const lines: string[] = [];
    for (const word of [...plainWords, 'nosu', 'abcd', 'isro']) {
      const text = await askBytes(port, word);
      lines.push(`${word}: ${text.includes('not executed') ? text : text.slice(0, 4)}`);
    }
    return lines;
  });

for (const version of versions) {
  for (const [name, config] of Object.entries(whitelists)) {
    test(`words: ${name} in the whitelist → refusals as by Java ${version}`, async (t) => {
      const reason = await reasonToSkip(version);
      if (reason !== undefined) return t.skip(reason);
      const whole = { ...config };
      const [java, ours] = await Promise.all([refusals(version, whole), refusals('zooid', whole)]);
      assert.ok(
        java.some((line) => line.includes('not in the whitelist')),
        java.join(''),
      );
      assert.deepEqual(ours, java);
    });
  }
}

/**
 * What must be found in the answer of a word although requests pour in meanwhile. Java shows
 * sessions whose only watch has just fired.
 */
const shapes: Record<string, RegExp> = {
  ruok: /^imok$/,
  isro: /^rw$/,
  srvr: /^Zookeeper version: [\s\S]*\nMode: standalone\nNode count: \d+\n$/,
  stat: /^Zookeeper version: .*\nClients:\n( \/127.*\n){4,}\n[\s\S]*\nNode count: \d+\n$/,
  mntr: /^zk_version\t[\s\S]*\nzk_znode_count\t\d+\n[\s\S]*\n$/,
  cons: /^( \/127\.0\.0\.1:\d+\[[\da-f]+\]\(queued=\d+,recved=\d+,sent=\d+.*\)\n){4,}\n$/,
  dump: /^SessionTracker dump:\n[\s\S]*\n\t\/load-\d+-e\n[\s\S]*\nConnections dump:\n[\s\S]*\n$/,
  wchs: /^\d+ connections watching \d+ paths\nTotal watches:\d+\n$/,
  // There may be no watch at that moment.
  wchc: /^(0x[\da-f]+\n(\t\/load-\d+\n)*)*\n$/,
  wchp: /^(\/load-\d+\n(\t0x[\da-f]+\n)*)*\n$/,
};

const pour = async (client: RawClient, name: string, isOver: () => boolean): Promise<number> => {
  let answers = 0;
  while (!isOver()) {
    for (let index = 0; index < 20; index += 1) {
      client.send(Op.getData, pathWatchBody(name, true));
      client.send(Op.setData, setDataBody(name, `value ${index}`));
      client.send(Op.getData, pathWatchBody(name, true));
    }
    for (let index = 0; index < 60; index += 1) {
      const reply = await client.nextReply();
      assert.equal(reply?.err, 0);
      answers += 1;
    }
    client.events.length = 0;
  }
  return answers;
};

const wordsUnderLoad = async (port: number): Promise<void> => {
  const clients = await Promise.all([0, 1, 2, 3].map(() => RawClient.connect(port)));
  for (const [index, client] of clients.entries()) {
    await client.must(Op.create, createBody(`/load-${index}`));
    await client.must(Op.create, createBody(`/load-${index}-e`, { flags: 1 }));
  }
  let isOver = false;
  const load = clients.map((client, index) => pour(client, `/load-${index}`, () => isOver));
  try {
    for (let round = 0; round < 5; round += 1) {
      for (const [word, shape] of Object.entries(shapes)) {
        assert.match(await askBytes(port, word), shape, word);
      }
    }
  } finally {
    isOver = true;
  }
  for (const answers of await Promise.all(load)) assert.ok(answers > 0);
  for (const client of clients) await client.close();
};

test('words: while clients write and read → whole answers, nobody disturbed', async (t) => {
  if (!zooid.available) return t.skip(zooid.reason);
  await againstZooid(wordsUnderLoad);
});

test('words: the same load on Java 3.9 → the shapes hold there, too', async (t) => {
  const java = await javaServerAvailability('3.9');
  if (!java.available) return t.skip(java.reason);
  await againstJava('3.9', wordsUnderLoad);
});

/** Two connections are allowed: words count as sessions do. */
const limited = (kind: Kind, config: Record<string, string>): Promise<string[]> =>
  withConfig(kind, config, async ({ port }) => {
    const lines: string[] = [];
    // Both are answered: from then on the server counts them.
    const first = await RawClient.connect(port);
    const second = await RawClient.connect(port);
    lines.push(`third: ${JSON.stringify(await askBytes(port, ''))}`);
    lines.push(`word: ${JSON.stringify(await askBytes(port, 'ruok'))}`);
    lines.push(`first: ${(await first.must(Op.ping)).err}`);
    lines.push(`word again: ${JSON.stringify(await askBytes(port, 'ruok'))}`);
    await first.close();
    // The place of the first is free once its end is seen, which nothing announces.
    let answer = '';
    for (let attempt = 0; attempt < 200 && answer === ''; attempt += 1) {
      answer = await askBytes(port, 'ruok');
    }
    lines.push(`after the first has left: ${answer}`);
    await second.close();
    return lines;
  });

for (const version of versions) {
  for (const key of ['maxClientCnxns', 'maxCnxns']) {
    test(`words: ${key} is reached → refused as by Java ${version}`, async (t) => {
      const reason = await reasonToSkip(version);
      if (reason !== undefined) return t.skip(reason);
      const config = { [key]: '2' };
      const [java, ours] = await Promise.all([limited(version, config), limited('zooid', config)]);
      assert.deepEqual(ours, java);
    });
  }
}
