/** Short forms of what scenarios let their clients ask. */
import { OpCode } from '../../protocol/op-code.ts';
import type { SentAsk, WatchedReadKind } from '../clients/client-request.ts';
import { bytesOf } from './describe-request.ts';

const OPEN_ACL = [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }];
const EPHEMERAL = 1;

export function create(path: string, text = '', isEphemeral = false): SentAsk {
  const flags = isEphemeral ? EPHEMERAL : 0;
  const type = OpCode.create;
  return { kind: 'create', type, path, data: bytesOf(text), acl: OPEN_ACL, flags, ttl: -1 };
}

export function setData(path: string, text: string, version = -1): SentAsk {
  return { kind: 'setData', path, data: bytesOf(text), version };
}

export function read(kind: WatchedReadKind, path: string, watch = false): SentAsk {
  return { kind, path, watch };
}
