// Debian's zkCli.sh against the Java server and against Zooid: the same commands must print the
// same lines. stdout and stderr are compared apart, as their order between each other is not
// defined; events come from a thread of their own, so sessions with watches compare sorted lines.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ProgramOutput, runProgram } from './clients/client-program.ts';
import { ensureDebianPackages } from './packages.ts';
import { againstJava, againstZooid } from './side-by-side.ts';
import { zooidServerAvailability } from './zooid-server.ts';

interface Session {
  readonly name: string;
  readonly commands: readonly string[];
  readonly hasEvents?: boolean;
}

const sessions: readonly Session[] = [
  {
    name: 'nodes',
    commands: [
      'ls /',
      'create /a value',
      'create /a again',
      'create /none/child x',
      'create -e /a/ephemeral x',
      'create -s /a/seq- x',
      'create -s -e /a/es- x',
      'create -c /a/container x',
      'create -t 86400000 /a/ttl x',
      'create -s -t 86400000 /a/ttls- x',
      'create /a/empty',
      'create bad',
      'create /a/',
      'get /a',
      'get -s /a',
      'get /none',
      'get /a/empty',
      'stat /a',
      'stat /none',
      'stat /a/ephemeral',
      'ls /a',
      'ls -s /a',
      'ls -R /a',
      'ls /none',
      'set /a other',
      'set -s /a third',
      'set -v 0 /a wrong',
      'set -v 2 /a right',
      'set /none x',
      'getEphemerals',
      'getEphemerals /a',
      'getAllChildrenNumber /a',
      'getAllChildrenNumber /',
      'delete /a',
      'delete /none',
      'delete -v 9 /a/empty',
      'delete -v 0 /a/empty',
      'sync /a',
      'deleteall /a',
      'ls /',
      'get /zookeeper/config',
      'config',
      'reconfig -remove 3',
      'version',
      'history',
      'nosuchcommand',
      'quit',
    ],
  },
  {
    name: 'acls and users',
    commands: [
      'create /acl x',
      'getAcl /acl',
      'getAcl -s /acl',
      'setAcl /acl world:anyone:r',
      'getAcl /acl',
      'set /acl denied',
      'create /acl/child denied',
      'create /acl2 x ip:127.0.0.1:crwda',
      'getAcl /acl2',
      'create /acl3 x auth::crwda',
      'addauth digest user:pw',
      'whoami',
      'create /acl3 x auth::crwda',
      'getAcl /acl3',
      'create /acl4 x digest:someone:hash:crwda',
      'getAcl /acl4',
      'get /acl4',
      'create /acl5 x nosuch:x:r',
      'setAcl -v 7 /acl3 world:anyone:cdrwa',
      'setAcl -s -v 0 /acl3 world:anyone:cdrwa',
      'create /acl6 x',
      'create /acl6/a x',
      'setAcl -R /acl6 world:anyone:cdrw',
      'getAcl /acl6/a',
      'addauth digest super:test',
      'get /acl4',
      'set /acl now',
      'getAcl /none',
      'quit',
    ],
  },
  {
    name: 'quotas',
    commands: [
      'create /q 12345',
      'create /q/a 123',
      'listquota /q',
      'setquota -n 5 /q',
      'setquota -b 100 /q',
      'setquota -N 50 /q',
      'setquota -B 1000 /q',
      'listquota /q',
      'create /q/b 12',
      'listquota /q',
      'setquota -n 1 /q/a',
      'delquota -n /q',
      'listquota /q',
      'delquota /q',
      'listquota /q',
      'delquota /none',
      'setquota -n 5 /none',
      'ls -R /zookeeper',
      'quit',
    ],
  },
  {
    // Without `printwatches off`: whether an event comes before it is up to the client's threads.
    name: 'watches',
    hasEvents: true,
    commands: [
      'create /w x',
      'get -w /w',
      'set /w y',
      'ls -w /w',
      'create /w/child x',
      'stat -w /w/later',
      'create /w/later x',
      'addWatch /w',
      'set /w/child z',
      'delete /w/child',
      'addWatch -m PERSISTENT /p',
      'create /p x',
      'create /p/kid x',
      'set /p y',
      'removewatches /p -a',
      'set /p z',
      'removewatches /none -d',
      'close',
      'ls /',
      'quit',
    ],
  },
];

const run = (port: number, session: Session): Promise<ProgramOutput> =>
  runProgram({
    command: '/usr/share/zookeeper/bin/zkCli.sh',
    args: ['-server', `127.0.0.1:${port}`],
    input: `${session.commands.join('\n')}\n`,
  });

/** whoami lists the session's ids in the order of a hash set. */
const withSortedUsers = (lines: readonly string[]): string[] => {
  const sorted = [...lines];
  for (let index = 1; index < sorted.length; index += 1) {
    const [before = '', here = ''] = [sorted[index - 1], sorted[index]];
    const isPair = /^(ip|digest): /.test(before) && /^(ip|digest): /.test(here);
    if (isPair && before > here) sorted.splice(index - 1, 2, here, before);
  }
  return sorted;
};

/** zkCli ends while its thread of events may still have to say that the session is closed, or half of it. */
const withoutLastWord = (lines: readonly string[]): readonly string[] => {
  if (lines.at(-2) === 'WATCHER::' && lines.at(-1) === '') return lines.slice(0, -2);
  const index = lines.indexOf('WatchedEvent state:Closed type:None path:null');
  return index < 0 ? lines : lines.toSpliced(index - 3, 4);
};

const comparable = (output: ProgramOutput, session: Session): ProgramOutput => {
  const stdout = withoutLastWord(output.stdout);
  return session.hasEvents
    ? { ...output, stdout: [...stdout].sort(), stderr: [...output.stderr].sort() }
    : { ...output, stdout: withSortedUsers(stdout) };
};

const packages = await ensureDebianPackages(['zookeeper']);
const zooid = zooidServerAvailability();

for (const session of sessions) {
  test(`zkCli: ${session.name} → same output as against Java`, async (t) => {
    if (!packages.available) return t.skip(packages.reason);
    if (!zooid.available) return t.skip(zooid.reason);
    const [java, ours] = await Promise.all([
      againstJava('3.8', (port) => run(port, session)),
      againstZooid((port) => run(port, session)),
    ]);
    assert.ok(java.stdout.length > session.commands.length / 2, java.stdout.join('\n'));
    assert.deepEqual(comparable(ours, session), comparable(java, session));
  });
}
