/** What the reply to a good write must say, from what the write did. */
import { OpCode } from '../../protocol/op-code.ts';
import type { WriteAsk } from '../clients/client-request.ts';
import type { PartBody, ReplyBody } from '../clients/reply-body.ts';
import type { PartResult } from '../model/model-tree.ts';

export function expectedBody(ask: WriteAsk, results: readonly PartResult[]): ReplyBody {
  if (ask.kind === 'multi') return { parts: results.map(expectedPart) };
  const { path, stat } = results[0] ?? {};
  switch (ask.kind) {
    case 'create':
      return ask.type === OpCode.create ? withPath(path) : { ...withPath(path), ...withStat(stat) };
    case 'setData':
    case 'setAcl':
      return withStat(stat);
    default:
      return {};
  }
}

function expectedPart({ type, err, path, stat }: PartResult): PartBody {
  switch (type) {
    case OpCode.error:
      return { type, err, count: err };
    case OpCode.create:
      return { type, err, ...withPath(path) };
    case OpCode.create2:
    case OpCode.createContainer:
    case OpCode.createTtl:
      return { type: OpCode.create2, err, ...withPath(path), ...withStat(stat) };
    case OpCode.setData:
      return { type, err, ...withStat(stat) };
    default:
      return { type, err };
  }
}

function withPath(path: string | undefined): ReplyBody {
  return path === undefined ? {} : { path };
}

function withStat(stat: PartResult['stat']): ReplyBody {
  return stat === undefined ? {} : { stat };
}
