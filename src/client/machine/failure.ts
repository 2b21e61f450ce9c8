/** A server's error number as a failure. */
import { type ErrorCodeName, errorCodes } from '../../protocol/error-code.ts';
import type { Failure } from './operation.ts';

const NAMES = new Map<number, ErrorCodeName>(
  Object.entries(errorCodes).map(([name, { code }]) => [code, name as ErrorCodeName]),
);

/** A number that has no name, as of a later server, is a SystemError that keeps its number. */
export function failureOfCode(err: number): Failure {
  const code = NAMES.get(err);
  // A server reports a lost quorum so, and cannot say what became of the write.
  const outcome = code === 'ConnectionLoss' || code === 'OperationTimeout' ? 'unknown' : 'failed';
  if (code !== undefined) return { code, outcome };
  return { code: 'SystemError', errorCode: err, outcome, reason: `the server said ${err}` };
}
