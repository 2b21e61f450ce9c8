/**
 * Multi: several writes that happen all or not at all, under one zxid (ZooKeeper's Transaction).
 * The result has one entry for each operation, in their order and with their types.
 */
import type { ErrorCodeName } from '../../protocol/error-code.ts';
import { ErrorCode } from '../../protocol/error-code.ts';
import type { Chroot } from '../chroot.ts';
import { bytesOf, type Data } from '../data.ts';
import type { Stat } from '../machine/client-stat.ts';
import { failureOfCode } from '../machine/failure.ts';
import { check, type MultiItem, type MultiItemResult } from '../machine/multi-operations.ts';
import { remove, setData } from '../machine/operations.ts';
import { type MultiFailure, ZooKeeperError } from '../zookeeper-error.ts';
import { createCall } from './create-call.ts';
import type { CreateOptions, OperationOptions } from './operation-options.ts';
import { checkPath, checkVersion } from './paths.ts';

/** In a multi these options of `create` have a meaning. */
export type MultiCreateOptions = Pick<CreateOptions, 'mode' | 'acl' | 'ttlMs'>;

export interface MultiEntry extends MultiItem {
  /** As the caller gave it. */
  readonly path: string;
}

export type SendMulti = (
  entries: readonly MultiEntry[],
  options: OperationOptions,
) => Promise<MultiItemResult[]>;

export class Multi<R extends readonly unknown[] = []> {
  readonly #entries: MultiEntry[] = [];
  readonly #chroot: Chroot;
  readonly #send: SendMulti;

  /** Made by `ZooKeeper.multi()`. */
  constructor(chroot: Chroot, send: SendMulti) {
    this.#chroot = chroot;
    this.#send = send;
  }

  /** All of the multi fails with BadVersion unless the node's data has this version (-1: any). */
  check(path: string, version: number): Multi<[...R, undefined]> {
    checkPath('multi', path);
    const args = { path: this.#chroot.toServer(path), version: this.#version(version, path) };
    return this.#add({ operation: check, args, path });
  }

  /** The result is the path of the node that was made. */
  create(
    path: string,
    data?: Data | null,
    options: MultiCreateOptions = {},
  ): Multi<[...R, string]> {
    const { operation, args } = createCall({ path, data, options, isStatWanted: false });
    const sent = { ...args, path: this.#chroot.toServer(path) };
    return this.#add({ operation, args: sent, path });
  }

  setData(
    path: string,
    data: Data,
    options: { readonly version?: number } = {},
  ): Multi<[...R, Stat]> {
    checkPath('multi', path);
    const args = {
      path: this.#chroot.toServer(path),
      data: bytesOf(data, { operation: 'multi', path }),
      version: this.#version(options.version, path),
    };
    return this.#add({ operation: setData, args, path });
  }

  delete(path: string, options: { readonly version?: number } = {}): Multi<[...R, undefined]> {
    checkPath('multi', path);
    const version = this.#version(options.version, path);
    return this.#add({
      operation: remove,
      args: { path: this.#chroot.toServer(path), version },
      path,
    });
  }

  get size(): number {
    return this.#entries.length;
  }

  /**
   * Sends it. Rejects with the error of the operation that failed; `results` of the error says what
   * became of each. Nothing has happened then.
   */
  async commit(options: OperationOptions = {}): Promise<R> {
    const results = await this.#send(this.#entries, options);
    if (results.some(({ err }) => err !== ErrorCode.Ok)) throw this.#errorOf(results);
    return results.map(({ value }) => this.#valueOf(value)) as readonly unknown[] as R;
  }

  #version(version: unknown, path: string): number {
    return checkVersion(version, { operation: 'multi', path });
  }

  #add<N>(entry: MultiEntry): Multi<[...R, N]> {
    this.#entries.push(entry);
    return this as unknown as Multi<[...R, N]>;
  }

  /** A path is a string, alone or beside a Stat. */
  #valueOf(value: unknown): unknown {
    if (typeof value === 'string') return this.#chroot.toClient(value);
    if (typeof value !== 'object' || value === null || !('path' in value)) return value;
    return this.#chroot.toClient(String(value.path));
  }

  #errorOf(results: readonly MultiItemResult[]): ZooKeeperError {
    const failures = results.map(({ err }, at): MultiFailure => {
      const code: ErrorCodeName = err === 0 ? 'Ok' : failureOfCode(err).code;
      const { operation, path } = this.#entries[at] ?? { operation: check, path: undefined };
      return { code, errorCode: err, operation: operation.name, path };
    });
    const first = failures.find(({ code }) => code !== 'Ok' && code !== 'RuntimeInconsistency');
    const { code, errorCode, path } = first ?? failures[0] ?? NO_RESULT;
    const facts = { code, errorCode, path, operation: 'multi', outcome: 'failed' } as const;
    return new ZooKeeperError({ ...facts, results: failures });
  }
}

const NO_RESULT = { code: 'SystemError', errorCode: -1, path: undefined } as const;
