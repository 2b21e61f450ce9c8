/** How the programs beside the server end their process. */
export const ToolExit = {
  done: 0,
  /** What was asked for could not be done, or what was checked is not well. */
  failed: 1,
  /** Unknown command, flag or form; nothing was tried. */
  usage: 2,
} as const;
export type ToolExit = (typeof ToolExit)[keyof typeof ToolExit];
