/** What the options of `create` come to on the wire. */
import { CreateMode } from '../../protocol/create-mode.ts';
import { wireAcl } from '../acl.ts';
import { describe } from '../connect-string.ts';
import { bytesOrNull } from '../data.ts';
import type { Operation } from '../machine/operation.ts';
import type { CreateArgs, CreatedNode } from '../machine/operations.ts';
import { create, create2, createContainer, createTtl } from '../machine/operations.ts';
import { badArguments } from '../zookeeper-error.ts';
import type { CreateModeName, CreateOptions } from './operation-options.ts';
import { checkPath } from './paths.ts';

/** 40 bits: what Java keeps of a TTL. */
const TTL_MS_MAX = 2 ** 40 - 1;

export interface CreateCall {
  /** Answers with the path, or with path and Stat. */
  readonly operation: Operation<CreateArgs, string | CreatedNode>;
  /** `path` is still the caller's. */
  readonly args: CreateArgs;
  readonly mode: CreateModeName;
}

export function isSequential(mode: CreateModeName): boolean {
  return mode.includes('equential');
}

export interface CreateFacts {
  readonly path: string;
  readonly data: unknown;
  readonly options: CreateOptions;
  /** Only servers from 3.5 on can answer with it. */
  readonly isStatWanted: boolean;
}

/** Throws BadArguments. */
export function createCall({ path, data, options, isStatWanted }: CreateFacts): CreateCall {
  const { mode = 'persistent', acl } = options;
  const where = { operation: 'create', path } as const;
  const flags = Object.hasOwn(CreateMode, mode) ? CreateMode[mode] : undefined;
  if (flags === undefined) {
    throw badArguments('create', `there is no mode ${describe(mode)}`, path);
  }
  checkPath('create', path, { isPrefix: isSequential(mode) });
  const ttl = ttlOf(mode, options.ttlMs, path);
  const args = { path, data: bytesOrNull(data, where), acl: wireAcl(acl, where), flags, ttl };
  const operation = operationOf(mode, isStatWanted);
  return { operation, args, mode };
}

function operationOf(mode: CreateModeName, isStatWanted: boolean): CreateCall['operation'] {
  if (mode === 'container') return createContainer;
  if (mode.endsWith('Ttl')) return createTtl;
  return isStatWanted ? create2 : create;
}

function ttlOf(mode: CreateModeName, ttlMs: unknown, path: string): number | null {
  if (!mode.endsWith('Ttl')) {
    if (ttlMs === undefined) return null;
    throw badArguments('create', `the mode ${mode} has no ttlMs`, path);
  }
  const isGood = Number.isInteger(ttlMs) && (ttlMs as number) >= 1;
  if (isGood && (ttlMs as number) <= TTL_MS_MAX) return ttlMs as number;
  const reason = `ttlMs is a whole number from 1 to ${TTL_MS_MAX}, not ${describe(ttlMs)}`;
  throw badArguments('create', reason, path);
}
