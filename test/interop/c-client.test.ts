// The C client against the Java server and against Zooid: a program over the synchronous interface
// of libzookeeper_mt, and Debian's cli_mt with one command at a time. Both print the same.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { cSession } from './clients/c-session.ts';
import { type ProgramOutput, runProgram } from './clients/client-program.ts';
import { ensureDebianPackages } from './packages.ts';
import { againstJava, againstZooid } from './side-by-side.ts';
import { zooidServerAvailability } from './zooid-server.ts';

const packages = await ensureDebianPackages([
  ...['zookeeper', 'zookeeper-bin', 'libzookeeper-mt-dev', 'gcc', 'libc6-dev'],
]);
const zooid = zooidServerAvailability();
const folder = mkdtempSync(path.join(tmpdir(), 'zooid-c-'));

after(() => rmSync(folder, { recursive: true, force: true }));

const compile = async (): Promise<string> => {
  const source = path.join(folder, 'session.c');
  const program = path.join(folder, 'session');
  writeFileSync(source, cSession);
  const gcc = await runProgram({
    command: 'gcc',
    args: ['-w', '-D_GNU_SOURCE', '-o', program, source, '-lzookeeper_mt', '-lpthread'],
  });
  assert.equal(gcc.code, 0, gcc.stderr.join('\n'));
  return program;
};

test('C client: every synchronous call → same output as against Java', async (t) => {
  if (!packages.available) return t.skip(packages.reason);
  if (!zooid.available) return t.skip(zooid.reason);
  const program = await compile();
  const session = (port: number) => runProgram({ command: program, args: [`127.0.0.1:${port}`] });
  const [java, ours] = await Promise.all([againstJava('3.8', session), againstZooid(session)]);
  assert.equal(java.code, 0);
  assert.ok(java.stdout.length > 50, java.stdout.join('\n'));
  assert.deepEqual(ours, java);
});

/** Each is a run and a session of its own. `exists` is left out: cli_mt never ends after it. */
const commands: readonly string[] = [
  'create /cli',
  'create /cli',
  'create +s /cli/s',
  'create +e /cli/e',
  'create +c /cli/container',
  'create +t=100000 /cli/ttl',
  'create2 /cli/two',
  'set /cli value',
  'get /cli',
  'get /none',
  'ls /cli/two',
  'ls2 /cli/two',
  'ls /none',
  'delete /cli',
  'delete /cli/two',
  'sync /cli',
  'config',
  'reconfig -remove 3',
];

/** Two threads of cli_mt write to stderr: the order of their lines is not the server's doing. */
const withSortedErrors = (output: ProgramOutput | undefined): ProgramOutput | undefined =>
  output && { ...output, stderr: [...output.stderr].sort() };

const runCommands = async (port: number): Promise<ProgramOutput[]> => {
  const outputs: ProgramOutput[] = [];
  for (const command of commands) {
    outputs.push(
      await runProgram({
        command: '/usr/lib/zookeeper/bin/cli_mt',
        args: ['-h', `127.0.0.1:${port}`, '-c', command],
      }),
    );
  }
  return outputs;
};

test('C client: cli_mt, command by command → same output as against Java', async (t) => {
  if (!packages.available) return t.skip(packages.reason);
  if (!zooid.available) return t.skip(zooid.reason);
  const [java, ours] = await Promise.all([
    againstJava('3.8', runCommands),
    againstZooid(runCommands),
  ]);
  assert.equal(java.length, commands.length);
  for (const [index, command] of commands.entries()) {
    assert.deepEqual(withSortedErrors(ours[index]), withSortedErrors(java[index]), command);
  }
});
