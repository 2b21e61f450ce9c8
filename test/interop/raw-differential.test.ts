// Zooid against the real Java server, raw request by raw request. Java 3.9 is the judge: live when
// it can be had here, and always by its recorded transcript (scripts/capture-golden.ts raw), so
// that the comparison runs everywhere. Java 3.8 must agree wherever 3.9 did not change.
//
// Known and wanted differences stand in `ours`, with their reason; nothing else may differ.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { javaServerAvailability } from './java-server.ts';
import { projectRoot } from './packages.ts';
import { runAllScenarios, type ServerKind, scenarios } from './scenarios/raw-transcripts.ts';
import { zooidServerAvailability } from './zooid-server.ts';

interface Deliberate {
  readonly scenario: string;
  /** How the line of Java's transcript begins: what was asked, and the arrow at least. */
  readonly asked: string;
  /** The whole line that Zooid gives instead. */
  readonly ours: string;
  readonly reason: string;
}

/** Where Zooid answers otherwise than Java 3.9 on purpose. */
const ours: readonly Deliberate[] = [
  {
    scenario: 'nodes: sasl with a null token',
    asked: 'A sasl →',
    ours: 'A sasl → xid=2 zxid=0 err=0 null',
    reason: 'Java fails on the null and closes; without SASL every token gets the same answer.',
  },
  {
    scenario: 'reaper: deleteContainer from a client',
    asked: 'A plain →',
    ours: 'A plain → xid=5 zxid=+3 err=-6',
    reason: 'Java lets any client delete any childless node; only the reaper needs this op.',
  },
  {
    scenario: 'reaper: deleteContainer from a client',
    asked: 'A exists /dc/plain false →',
    ours:
      'A exists /dc/plain false → xid=6 zxid=+3 err=0 ' +
      '{c=+2 m=+2 p=+2 ctime=T mtime=T v=0 cv=0 av=0 owner=0 len=1 n=0}',
    reason: 'As above: the node is still there.',
  },
  {
    scenario: 'multiRead: goes on past failures and sets no watch',
    asked: 'A multiRead write inside →',
    ours: 'A multiRead write inside → xid=9 zxid=+5 err=-5',
    reason: 'An error is a header only; Java adds an empty result by accident.',
  },
  {
    scenario: 'quotas: only the deepest quota above a node counts',
    asked: 'A create /qa/nonsense 0 →',
    ours: 'A create /qa/nonsense 0 → xid=21 zxid=+14 err=0 "/qa/nonsense"',
    reason: 'Java fails every change below a quota whose limits it cannot read; here none is set.',
  },
  {
    scenario: 'quotas: only the deepest quota above a node counts',
    asked: 'A get /zookeeper/quota/qa/zookeeper_stats false → xid=22 ',
    ours:
      'A get /zookeeper/quota/qa/zookeeper_stats false → xid=22 zxid=+14 err=0 ' +
      '"count=4,bytes=2" {c=+6 m=+6 p=+6 ctime=T mtime=T v=0 cv=0 av=0 owner=0 len=15 n=0}',
    reason: 'As above: one more node is there.',
  },
];

/**
 * Multis that cannot be read, by scenario: both answer -5, but Java gives each a zxid and logs an
 * error for it, while here malformed input never reaches the log.
 */
const unreadMultis: Record<string, readonly string[]> = {
  'frames: empty body, every op': ['multi multi'],
  'frames: two bytes, every op': ['multi multi'],
  'frames: null path, every op': ['multi multi'],
  'frames: empty path, every op': ['multi multi'],
  'frames: a path and nothing more, every op': ['multi multi'],
  'multi: a failing op undoes all, counters included': ['A multi null path'],
  'multi: ops that may not be inside': [
    ...['read', 'setACL', 'unknown', 'exists', 'multi'].map((name) => `A multi ${name} inside`),
    ...['A multi bad flags', 'A multi ttl by flags', 'A no end', 'A cut'],
  ],
};

/** Scenarios in which Java 3.9 itself answers otherwise than 3.8; Zooid follows 3.9 there. */
const changedIn39: Record<string, string> = {
  'acls: events only reach those who may read': 'exists asks for READ since 3.8.4 and 3.9.2.',
  'acls: what each permission allows': 'exists asks for READ since 3.8.4 and 3.9.2.',
  'acls: which lists are accepted': 'IPv6 addresses are accepted since 3.9.4.',
  'frames: a path and nothing more, every op': 'A body that ends early takes no zxid in 3.9.',
  'frames: empty body, every op': 'A body that ends early takes no zxid in 3.9.',
  'frames: two bytes, every op': 'A body that ends early takes no zxid in 3.9.',
  'frames: strings and vectors with lying lengths': 'A body that ends early takes no zxid in 3.9.',
  'multi: a failing op undoes all, counters included': 'A null path fails the whole multi in 3.9.',
  'multi: every kind of op in one transaction': 'create2 has a Stat in its result since 3.9.',
  'multi: ops that may not be inside': 'Bad flags fail the whole multi in 3.9.',
  'reaper: deleteContainer from a client': '3.8.0 wrongly reads the path and refuses.',
  'multi: permissions and events': 'A recursive watch no longer hides a child watch in 3.9.',
  'reaper: containers and TTL nodes go, with their events':
    'A recursive watch no longer hides a child watch in 3.9.',
  'watches: persistent and recursive on one path': 'Modes add up since 3.9.0.',
  'watches: persistent and recursive watches stay': 'Modes add up since 3.9.0.',
  'watches: removeWatches and checkWatches by type': 'Types 4 and 5 are new in 3.9.0.',
  'watches: setWatches2 registers persistent watches without events': 'Types 4 and 5 are new.',
};

const recordedFile = path.join(projectRoot, 'test', 'golden', 'raw', 'java-3.9.5.txt');

const readRecorded = (): Map<string, string[]> => {
  const transcripts = new Map<string, string[]>();
  for (const part of readFileSync(recordedFile, 'utf8').split('\n## ').slice(1)) {
    const [name = '', ...lines] = part.trimEnd().split('\n');
    transcripts.set(name, lines);
  }
  return transcripts;
};

const running = new Map<ServerKind, Promise<Map<string, string[]>>>();

/** All transcripts of one kind of server, made once for the file. */
const transcriptsOf = (kind: ServerKind): Promise<Map<string, string[]>> => {
  const known = running.get(kind);
  if (known !== undefined) return known;
  const made = runAllScenarios(kind);
  running.set(kind, made);
  return made;
};

/** Java's lines as they were if its unread multis had taken no zxid. */
const withoutUnreadMultis = (name: string, lines: readonly string[]): string[] => {
  const asked = unreadMultis[name] ?? [];
  const taken = lines
    .filter((line) => asked.some((start) => line.startsWith(`${start} →`)))
    .map((line) => Number(/ zxid=\+(\d+) err=-5$/.exec(line)?.[1]));
  assert.equal(taken.filter((zxid) => zxid > 0).length, asked.length, `${name}: all answer -5`);
  const less = (_: string, zxid: string): string =>
    `=+${Number(zxid) - taken.filter((one) => one <= Number(zxid)).length}`;
  return lines.map((line) => line.replace(/=\+(\d+)/g, less));
};

const withDeliberate = (name: string, lines: readonly string[]): string[] => {
  const mine = ours.filter((one) => one.scenario === name);
  return withoutUnreadMultis(name, lines).map(
    (line) => mine.find((one) => line.startsWith(one.asked))?.ours ?? line,
  );
};

/** 3.8 notifies with zxid -1, 3.9 with the zxid of the change. */
const withoutEventZxids = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replace(/event zxid=\S+/, 'event'));

const java39 = await javaServerAvailability('3.9');
const java38 = await javaServerAvailability('3.8');
const zooid = zooidServerAvailability();

test('raw: the recorded transcript → what Java 3.9 answers today', async (t) => {
  if (!java39.available) return t.skip(java39.reason);
  const live = await transcriptsOf('3.9');
  assert.deepEqual(Object.fromEntries(readRecorded()), Object.fromEntries(live));
});

for (const { name } of scenarios) {
  test(`raw: ${name} → as Java 3.9 answers`, async (t) => {
    if (!zooid.available) return t.skip(zooid.reason);
    assert.ok(existsSync(recordedFile), 'The recorded transcript is missing.');
    const expected = readRecorded().get(name);
    assert.ok(expected !== undefined, 'The transcript lacks this scenario: record it again.');
    const got = (await transcriptsOf('zooid')).get(name);
    assert.deepEqual(got, withDeliberate(name, expected));
  });
}

for (const { name, not38 } of scenarios) {
  if (not38 || changedIn39[name] !== undefined) continue;
  test(`raw: ${name} → as Java 3.8 answers`, async (t) => {
    if (!java38.available) return t.skip(java38.reason);
    if (!zooid.available) return t.skip(zooid.reason);
    const expected = withDeliberate(name, (await transcriptsOf('3.8')).get(name) ?? []);
    const got = (await transcriptsOf('zooid')).get(name) ?? [];
    assert.deepEqual(withoutEventZxids(got), withoutEventZxids(expected));
  });
}

test('raw: what 3.9 changed → is listed with its reason, and nothing else is', async (t) => {
  if (!java38.available) return t.skip(java38.reason);
  const older = await transcriptsOf('3.8');
  const newer = readRecorded();
  const changed = scenarios
    .filter((scenario) => !scenario.not38)
    .map(({ name }) => name)
    .filter((name) => {
      const before = withoutEventZxids(older.get(name) ?? []);
      return before.join('\n') !== withoutEventZxids(newer.get(name) ?? []).join('\n');
    });
  assert.deepEqual(changed.sort(), Object.keys(changedIn39).sort());
});
