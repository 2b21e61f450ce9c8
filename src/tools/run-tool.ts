/**
 * runTool: one frame around every tool: its command line by commander, its outcome as an exit code
 * and at most one sentence on standard error. What a tool cannot do, it throws: as a ToolError, or
 * as the system's error.
 */
import { type Command, CommanderError } from 'commander';
import { ToolExit } from '../base/tool-exit.ts';
import { describeSystemError, isSystemError } from './system-error.ts';
import { ToolError } from './tool-error.ts';

/** `words` are what follows the tool's name. */
export async function runTool(program: Command, words: readonly string[]): Promise<ToolExit> {
  refuseStrangeWords(program);
  try {
    await program.parseAsync(words, { from: 'user' });
    return ToolExit.done;
  } catch (error) {
    return exitOf(error);
  }
}

/** Usage and the nearest word that there is, then exit code 2; also in the subcommands. */
function refuseStrangeWords(command: Command): void {
  command.exitOverride().showHelpAfterError().showSuggestionAfterError().helpCommand(false);
  for (const each of command.commands) refuseStrangeWords(each);
}

function exitOf(error: unknown): ToolExit {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? ToolExit.done : ToolExit.usage;
  }
  // Whoever read the output has seen enough, as `head` has.
  if (isSystemError(error) && error.code === 'EPIPE') return ToolExit.done;
  if (error instanceof ToolError) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  // Node's own objections have codes, too, and are bugs of ours.
  if (!isSystemError(error) || error.code.startsWith('ERR_')) throw error;
  process.stderr.write(`${describeSystemError(error)}\n`);
  return ToolExit.failed;
}
