// One script of every command, by both shells against both servers: what is printed must be the
// same in the four crossings. Results are compared in their order; events come from a thread of
// their own in Java, so they are compared apart, sorted.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { javaClassPath, javaServerAvailability, quickJvmFlags } from '../java-server.ts';
import { againstJava, againstZooid } from '../side-by-side.ts';
import { zooidHome, zooidServerAvailability } from '../zooid-server.ts';
import { type ProgramOutput, runProgram } from './client-program.ts';
import { zkCliScript } from './zkcli-script.ts';

interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

const ours: Program = { command: path.join(zooidHome, 'bin', 'zkCli.sh'), args: [] };
const javas = async (): Promise<Program> => ({
  command: 'java',
  args: [...quickJvmFlags, '-cp', await javaClassPath('3.9'), 'org.apache.zookeeper.ZooKeeperMain'],
});

const runScript = ({ command, args }: Program, port: number): Promise<ProgramOutput> =>
  runProgram({
    command,
    args: [...args, '-server', `127.0.0.1:${port}`],
    input: zkCliScript.replaceAll('PORT', String(port)),
  });

const runOnce = ({ command, args }: Program, port: number, words: readonly string[]) =>
  runProgram({ command, args: [...args, '-server', `127.0.0.1:${port}`, ...words] });

/** Lists of all commands, hints that Java does not give, and what Java's logging says. */
const NOT_COMPARED = /^\t|^Usage: |^Did you mean |^SLF4J/;
const isEvent = (line: string): boolean => /^(WATCHER::|WatchedEvent .*|)$/.test(line);

/** One text, for a difference that can be read. */
const comparable = ({ stdout, stderr, code }: ProgramOutput): string => {
  const results = stdout
    .filter((line) => !isEvent(line))
    .map((line) => line.replace(/^(ZooKeeper CLI version: ).*/, '$1…'));
  const complaints = stderr.filter((line) => !NOT_COMPARED.test(line));
  return [`exit code ${code}`, ...results, '--- stderr', ...complaints].join('\n');
};

/** Without the last one: Java's process may end before it is printed. */
const eventsOf = ({ stdout }: ProgramOutput): string =>
  stdout
    .filter((line) => line.startsWith('WatchedEvent ') && !line.includes('state:Closed'))
    .sort()
    .join('\n');

const assertSame = (output: ProgramOutput, judge: ProgramOutput, what: string): void => {
  assert.equal(comparable(output), comparable(judge), what);
  assert.equal(eventsOf(output), eventsOf(judge), `events: ${what}`);
};

const java = await javaServerAvailability('3.9');
const zooid = zooidServerAvailability();

test('zkCli: the script by both shells against both servers → the same output four times', async (t) => {
  if (!java.available) return t.skip(java.reason);
  if (!zooid.available) return t.skip(zooid.reason);
  const javaShell = await javas();
  const [javaJava, oursOurs] = await Promise.all([
    againstJava('3.9', (port) => runScript(javaShell, port)),
    againstZooid((port) => runScript(ours, port)),
  ]);
  assert.ok(comparable(javaJava).split('\n').length > 300 && eventsOf(javaJava).length > 1000);
  assertSame(oursOurs, javaJava, 'our shell, our server');
  const [oursJava, javaOurs] = await Promise.all([
    againstJava('3.9', (port) => runScript(ours, port)),
    againstZooid((port) => runScript(javaShell, port)),
  ]);
  assertSame(oursJava, javaJava, 'our shell, the Java server');
  assertSame(javaOurs, javaJava, 'the Java shell, our server');
});

test('zkCli: one command on the command line → the same output and exit code', async (t) => {
  if (!java.available) return t.skip(java.reason);
  if (!zooid.available) return t.skip(zooid.reason);
  const javaShell = await javas();
  await againstZooid(async (port) => {
    for (const line of ['ls /', 'ls /none', 'get', 'nosuch', 'history', 'quit']) {
      const words = line.split(' ');
      const [judge, output] = [
        await runOnce(javaShell, port, words),
        await runOnce(ours, port, words),
      ];
      // Without the events: Java may end before it has connected.
      assert.equal(comparable(output), comparable(judge), line);
    }
  });
});
