/** zkCli: the command line client (Java's ZooKeeperMain). */
import { createInterface } from 'node:readline';
import { ToolExit } from '../base/tool-exit.ts';
import { clientConfiguration } from './client-configuration.ts';
import { COMMANDS } from './command-table.ts';
import { Ending } from './ending.ts';
import { explain } from './explain.ts';
import { writtenFlag } from './flags.ts';
import { JSON_FLAG } from './json-text.ts';
import { LAUNCH_USAGE, type LaunchOptions, readLaunchOptions } from './launch-options.ts';
import { type Output, processOutput } from './output.ts';
import { Shell, type ShellOptions } from './shell.ts';
import { usageOfAll } from './usage.ts';

/** One attempt to connect; shorter where the session time-out is. */
const CONNECTION_TIMEOUT_MS = 10_000;
/** A person waits: a server that comes back is found soon. */
const RECONNECT_MS_MAX = 1000;

/** Resolves with the exit code: that of the last command. */
export async function main(words: readonly string[]): Promise<number> {
  const output = processOutput();
  const ending = new Ending();
  ending.listen();
  try {
    const launch = readLaunchOptions(words);
    if (launch.isHelpWanted) {
      output.print(`Usage: ${LAUNCH_USAGE}\n${usageOfAll(COMMANDS)}`);
      return ToolExit.done;
    }
    return await runLaunched(launch, { output, ending });
  } catch (error) {
    if (ending.signal.aborted) return ending.exitCode;
    const { lines, exitCode } = explain(error, { words: [], host: '' });
    for (const line of lines) output.fail(line);
    return exitCode;
  }
}

async function runLaunched(
  launch: LaunchOptions,
  { output, ending }: { readonly output: Output; readonly ending: Ending },
): Promise<number> {
  const { signal } = ending;
  const options = shellOptions(launch, output);
  if (options.isQuiet !== true) output.print(`Connecting to ${launch.server}`);
  if (launch.command.length === 0 && process.stdin.isTTY && process.stdout.isTTY) {
    const { runInteractively } = await import('./interactive.ts');
    const exitCode = await runInteractively(options, signal);
    return signal.aborted ? ending.exitCode : exitCode;
  }
  const shell = new Shell(options);
  try {
    await shell.connect(launch.server, signal);
    if (launch.command.length > 0) await shell.run(launch.command, signal);
    else await runScript(shell, signal);
  } finally {
    await shell.end();
  }
  return signal.aborted ? ending.exitCode : shell.exitCode;
}

function shellOptions(launch: LaunchOptions, output: Output): ShellOptions {
  const { timeoutMs, waitsForConnection, command } = launch;
  return {
    ...{ host: launch.server, timeoutMs, waitsForConnection, output },
    client: {
      sessionTimeoutMs: timeoutMs,
      connectionTimeoutMs: Math.min(timeoutMs, CONNECTION_TIMEOUT_MS),
      readOnly: launch.isReadOnly,
      reconnect: { maxMs: RECONNECT_MS_MAX },
      ...clientConfiguration(launch.clientConfiguration, process.env),
    },
    isQuiet: command.includes(writtenFlag(JSON_FLAG)),
  };
}

/** Lines of a file or a pipe; the session ends with them. */
async function runScript(shell: Shell, signal: AbortSignal): Promise<void> {
  shell.print('Welcome to ZooKeeper!');
  // Compat: Java says this where lines come without an editor, and then shows no prompt.
  shell.print('JLine support is disabled');
  for await (const line of createInterface({ input: process.stdin, signal })) {
    await shell.runLine(line, signal);
    if (shell.isOver || signal.aborted) return;
  }
}
