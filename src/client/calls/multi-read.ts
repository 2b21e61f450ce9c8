/**
 * MultiRead: several reads in one request (3.6 and later). Unlike the writes of a multi each
 * succeeds or fails alone; between them no write of others is seen.
 */
import { ErrorCode } from '../../protocol/error-code.ts';
import type { Chroot } from '../chroot.ts';
import { failureOfCode } from '../machine/failure.ts';
import type { MultiItemResult } from '../machine/multi-operations.ts';
import { getChildren, getData, type NodeData } from '../machine/operations.ts';
import { errorOf, type ZooKeeperError } from '../zookeeper-error.ts';
import type { MultiEntry, SendMulti } from './multi.ts';
import type { OperationOptions } from './operation-options.ts';
import { checkPath } from './paths.ts';

export interface ReadFailure {
  readonly ok: false;
  readonly error: ZooKeeperError;
}

export type GetDataResult = ({ readonly ok: true } & NodeData) | ReadFailure;
export type GetChildrenResult = { readonly ok: true; readonly children: string[] } | ReadFailure;

export class MultiRead<R extends readonly unknown[] = []> {
  readonly #entries: MultiEntry[] = [];
  readonly #chroot: Chroot;
  readonly #send: SendMulti;

  /** Made by `ZooKeeper.multiRead()`. */
  constructor(chroot: Chroot, send: SendMulti) {
    this.#chroot = chroot;
    this.#send = send;
  }

  getData(path: string): MultiRead<[...R, GetDataResult]> {
    return this.#add(getData, path);
  }

  getChildren(path: string): MultiRead<[...R, GetChildrenResult]> {
    return this.#add(getChildren, path);
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Sends it; one result for each read, in their order. */
  async commit(options: OperationOptions = {}): Promise<R> {
    const results = await this.#send(this.#entries, options);
    return this.#entries.map((entry, at) =>
      resultOf(entry, results[at]),
    ) as readonly unknown[] as R;
  }

  #add<N>(operation: MultiEntry['operation'], path: string): MultiRead<[...R, N]> {
    checkPath(operation.name, path);
    const args = { path: this.#chroot.toServer(path), watch: false };
    this.#entries.push({ operation, args, path });
    return this as unknown as MultiRead<[...R, N]>;
  }
}

function resultOf(
  { operation, path }: MultiEntry,
  result: MultiItemResult | undefined,
): GetDataResult | GetChildrenResult {
  const { err, value } = result ?? { err: ErrorCode.MarshallingError, value: undefined };
  if (err !== ErrorCode.Ok) {
    return { ok: false, error: errorOf(failureOfCode(err), { operation: operation.name, path }) };
  }
  if (Array.isArray(value)) return { ok: true, children: value as string[] };
  return { ok: true, ...(value as NodeData) };
}
