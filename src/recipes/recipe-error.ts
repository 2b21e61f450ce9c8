/** RecipeError: what goes wrong in a recipe itself; what ZooKeeper refuses is a ZooKeeperError. */

const MEANINGS = {
  /** An argument or option that can never be right. */
  BadArguments: 'bad arguments',
  /** The wait took longer than its `timeoutMs`. Nothing is held, nothing is left behind. */
  Timeout: 'timed out',
  /** What was held is held no more: the session ended, or its node was deleted. */
  Lost: 'lost',
  /** The recipe is not in a state to do that, such as a latch that was closed. */
  InvalidState: 'invalid state',
  /** What other clients keep at the path does not agree with the options given here. */
  Conflict: 'conflict',
  /** There are no more of what was asked for, such as numbers of a given length. */
  Exhausted: 'exhausted',
  /** The data at the path are not what this recipe writes. */
  Corrupt: 'corrupt data',
} as const;

export type RecipeErrorCode = keyof typeof MEANINGS;

export class RecipeError extends Error {
  override readonly name = 'RecipeError';
  readonly code: RecipeErrorCode;

  constructor(code: RecipeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** True for a RecipeError with one of these codes, or with any when none is named. */
export function isRecipeError(
  error: unknown,
  ...codes: readonly RecipeErrorCode[]
): error is RecipeError {
  return error instanceof RecipeError && (codes.length === 0 || codes.includes(error.code));
}
