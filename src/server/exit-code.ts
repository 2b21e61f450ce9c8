/** How the process ends (ZooKeeper's ExitCode, the numbers that this server can give). */
export const ExitCode = {
  /** A clean stop. */
  executionFinished: 0,
  /** A port that cannot be had, a disk that failed, a bug. */
  unexpectedError: 1,
  /** A bad command line or configuration. */
  invalidInvocation: 2,
  /** A data directory that cannot be used, or that is damaged. */
  unableToAccessDataDirectory: 3,
  /** The AdminServer of a server that is alone cannot listen. */
  errorStartingAdminServer: 4,
  /** A port for other servers that cannot be had, after all tries. */
  unableToBindQuorumPort: 14,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The server cannot start; its message is all that an operator needs. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode, cause?: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}
