/** What a command cannot do, in the words that are printed; wrong forms among them. */
import { ToolExit } from '../base/tool-exit.ts';

/** Compat: what a shell says for a command that it does not know, and so does Java's zkCli. */
export const COMMAND_NOT_FOUND = 127;

export interface CommandLineErrorFacts {
  readonly exitCode?: number;
  /** What stands above the message, and is no error itself. */
  readonly preface?: string | undefined;
  /** How the command is written; printed below the message. */
  readonly usage?: string | undefined;
  /** A flag that the command does not have; the nearest is suggested. */
  readonly unknownFlag?: string | undefined;
}

export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
  readonly exitCode: number;
  readonly preface: string | undefined;
  readonly usage: string | undefined;
  readonly unknownFlag: string | undefined;

  constructor(message: string, facts: CommandLineErrorFacts = {}) {
    super(message);
    this.exitCode = facts.exitCode ?? ToolExit.failed;
    this.preface = facts.preface;
    this.usage = facts.usage;
    this.unknownFlag = facts.unknownFlag;
  }
}
