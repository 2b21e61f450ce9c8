/** Short forms of what scenarios let their clients ask. */
import { OpCode } from '../../protocol/op-code.ts';
import type { PartAsk, SentAsk, WatchedReadKind } from '../clients/client-request.ts';
import { bytesOf } from './describe-request.ts';

const OPEN_ACL = [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }];
const EPHEMERAL = 1;

export function create(path: string, text = '', isEphemeral = false): PartAsk & { kind: 'create' } {
  const flags = isEphemeral ? EPHEMERAL : 0;
  const type = OpCode.create;
  return { kind: 'create', type, path, data: bytesOf(text), acl: OPEN_ACL, flags, ttl: -1 };
}

export function setData(path: string, text: string, version = -1): PartAsk & { kind: 'setData' } {
  return { kind: 'setData', path, data: bytesOf(text), version };
}

export function multi(...parts: readonly PartAsk[]): SentAsk {
  return { kind: 'multi', parts };
}

export function read(kind: WatchedReadKind, path: string, watch = false): SentAsk {
  return { kind, path, watch };
}

/** The watches of a client that comes back, and the last zxid that it has seen. */
export function setWatches(relativeZxid: number, dataWatches: readonly string[]): SentAsk {
  const none: string[] = [];
  const others = { existWatches: none, childWatches: none };
  const persistent = { persistentWatches: none, persistentRecursiveWatches: none };
  const watches = { relativeZxid, dataWatches: [...dataWatches], ...others, ...persistent };
  return { kind: 'setWatches', watches };
}
