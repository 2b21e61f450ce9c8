/** reconfig: changes the members of an ensemble, so a standalone server cannot do it. */
import { ErrorCode } from '../../../protocol/error-code.ts';
import { ReconfigRequest } from '../../../protocol/records/node-ops.ts';
import { writeOperation } from '../operation.ts';

export const reconfig = writeOperation({
  kind: 'write',
  name: 'reconfig',
  shortName: 'RECO',
  request: ReconfigRequest,
  prep: ({ options }) =>
    options.reconfigEnabled ? ErrorCode.Unimplemented : ErrorCode.ReconfigDisabled,
  reply() {},
});
