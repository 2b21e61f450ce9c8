/** What a tool cannot do, in one sentence: what, where, and what to do about it. */
import { ToolExit } from '../base/tool-exit.ts';

export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly exitCode: ToolExit;

  constructor(message: string, exitCode: ToolExit = ToolExit.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}
