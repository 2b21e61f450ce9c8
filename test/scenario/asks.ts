/** Short forms of what unit tests ask, and of what they look at in the answer. */
import assert from 'node:assert/strict';
import type { RequestOptions } from '../../src/core/requests/request-options.ts';
import { describeErrorCode } from '../../src/protocol/error-code.ts';
import { OpCode } from '../../src/protocol/op-code.ts';
import type { AclList } from '../../src/protocol/records/acl.ts';
import type { CreateAsk, PartAsk } from '../../src/sim/clients/client-request.ts';
import type { Received, ReceivedReply } from './received.ts';
import { serverOptions } from './scenario-options.ts';
import { ScenarioServer } from './scenario-server.ts';

export const OPEN_ACL: AclList = [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }];

export function worldAcl(perms: number): AclList {
  return [{ perms, id: { scheme: 'world', id: 'anyone' } }];
}

/** A server with the client `a` connected. */
export function startServer(requests: Partial<RequestOptions> = {}): ScenarioServer {
  const run = new ScenarioServer(serverOptions(requests));
  connect(run, 'a');
  return run;
}

export function connect(run: ScenarioServer, name: string): void {
  run.connect(name, { timeOut: 40_000 });
  run.syncDisk();
}

export function createAsk(path: string, facts: Partial<CreateAsk> = {}): CreateAsk {
  const rest = { data: null, acl: OPEN_ACL, flags: 0, ttl: -1, ...facts };
  return { kind: 'create', type: OpCode.create, path, ...rest };
}

export function setAsk(path: string, text: string, version = -1): PartAsk & { kind: 'setData' } {
  return { kind: 'setData', path, data: Buffer.from(text), version };
}

export function replyOf(received: Received): ReceivedReply {
  assert.equal(received.kind, 'reply');
  assert.ok(received.kind === 'reply');
  return received;
}

/** `Ok`, or the name of the error. */
export function errorOf(received: Received): string {
  return describeErrorCode(replyOf(received).err);
}
