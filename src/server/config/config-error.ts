/**
 * ConfigError: the one way in which a configuration is refused. The message is complete by
 * itself (file, line, key, value, what is allowed), because an operator sees it as the only line
 * of a server that did not start; `main` prints it and exits with `EXIT_INVALID_INVOCATION`.
 */

/** ZooKeeper's ExitCode INVALID_INVOCATION ("Invalid config, exiting abnormally"). */
export const EXIT_INVALID_INVOCATION = 2;

/** Where a value was written. */
export interface ConfigOrigin {
  /** A file name as given, or the name of the environment variable or argument list. */
  readonly source: string;
  /** Counted from 1; 0 where lines mean nothing. */
  readonly line: number;
}

export function describeOrigin(origin: ConfigOrigin): string {
  return origin.line > 0 ? `${origin.source}:${origin.line}` : origin.source;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly exitCode = EXIT_INVALID_INVOCATION;
}

export interface BadValue {
  readonly origin: ConfigOrigin;
  readonly key: string;
  readonly value: string;
  /** A phrase that follows "allowed:". */
  readonly allowed: string;
}

export function badValue({ origin, key, value, allowed }: BadValue): ConfigError {
  return new ConfigError(
    `${describeOrigin(origin)}: ${key}=${value} is refused; allowed: ${allowed}.`,
  );
}
