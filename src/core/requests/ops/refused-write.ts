/**
 * refusedWrite: a write that is not judged at all, since its session or its bytes forbid it. It is
 * a txn nevertheless: on another server somebody waits for it. Its request is the error.
 */
import type { ErrorCode } from '../../../protocol/error-code.ts';
import { JuteError } from '../../../protocol/jute/jute-error.ts';
import type { JuteType } from '../../../protocol/jute/schema.ts';
import { writeOperation } from '../operation.ts';

const Refusal: JuteType<ErrorCode> = {
  name: 'Refusal',
  read() {
    throw new JuteError('a refusal is no request');
  },
  write() {
    throw new JuteError('a refusal is no request');
  },
  describe: (err) => String(err),
};

export const refusedWrite = writeOperation({
  kind: 'write',
  name: 'error',
  shortName: 'NA',
  request: Refusal,
  prep: (_context, err) => err,
  reply() {},
});
