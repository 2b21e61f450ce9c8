/** client.inTransaction().create().forPath('/a').and().check().withVersion(1).forPath('/b').and().commit() */
import type { Acl, CreateModeName, Data, Multi, Stat } from '../client/index.ts';
import { type BuilderContext, withNamespace, withoutNamespace } from './namespaced.ts';

/** What one operation of a committed transaction gave. */
export type TransactionResult =
  | { readonly type: 'create'; readonly forPath: string; readonly resultPath: string }
  | { readonly type: 'setData'; readonly forPath: string; readonly resultStat: Stat }
  | { readonly type: 'delete' | 'check'; readonly forPath: string };

type Step =
  | { type: 'create'; path: string; data: Data; mode: CreateModeName; acl?: readonly Acl[] }
  | { type: 'setData'; path: string; data: Data; version: number }
  | { type: 'delete' | 'check'; path: string; version: number };

export class CuratorTransaction {
  readonly #context: BuilderContext;
  readonly #steps: Step[] = [];

  constructor(context: BuilderContext) {
    this.#context = context;
  }

  create(): TransactionCreateBuilder {
    return new TransactionCreateBuilder((step) => this.#add(step));
  }

  setData(): TransactionSetDataBuilder {
    return new TransactionSetDataBuilder((step) => this.#add(step));
  }

  delete(): TransactionVersionBuilder {
    return new TransactionVersionBuilder('delete', (step) => this.#add(step));
  }

  check(): TransactionVersionBuilder {
    return new TransactionVersionBuilder('check', (step) => this.#add(step));
  }

  /** All or nothing. Rejects with the error of the first operation that failed. */
  async commit(): Promise<TransactionResult[]> {
    const { zooKeeper, retryPolicy: retry } = this.#context;
    let multi: Multi<unknown[]> = zooKeeper.multi();
    for (const step of this.#steps) {
      multi = addTo(multi, { ...step, path: await withNamespace(this.#context, step.path) });
    }
    const results = await multi.commit({ retry });
    return this.#steps.map((step, index) => this.#result(step, results[index]));
  }

  #result(step: Step, result: unknown): TransactionResult {
    const { path: forPath } = step;
    switch (step.type) {
      case 'create': {
        const resultPath = withoutNamespace(this.#context, result as string);
        return { type: 'create', forPath, resultPath };
      }
      case 'setData':
        return { type: 'setData', forPath, resultStat: result as Stat };
      default:
        return { type: step.type, forPath };
    }
  }

  #add(step: Step): TransactionBridge {
    this.#steps.push(step);
    return { and: () => this };
  }
}

function addTo(multi: Multi<unknown[]>, step: Step): Multi<unknown[]> {
  switch (step.type) {
    case 'create': {
      const acl = step.acl === undefined ? {} : { acl: step.acl };
      return multi.create(step.path, step.data, { mode: step.mode, ...acl });
    }
    case 'setData':
      return multi.setData(step.path, step.data, { version: step.version });
    case 'delete':
      return multi.delete(step.path, { version: step.version });
    case 'check':
      return multi.check(step.path, step.version);
  }
}

export interface TransactionBridge {
  /** The transaction again, for its next operation or its commit. */
  and(): CuratorTransaction;
}

type Add = (step: Step) => TransactionBridge;

export class TransactionCreateBuilder {
  readonly #add: Add;
  #mode: CreateModeName = 'persistent';
  #acl: readonly Acl[] | undefined;

  constructor(add: Add) {
    this.#add = add;
  }

  withMode(mode: CreateModeName): this {
    this.#mode = mode;
    return this;
  }

  withACL(acl: readonly Acl[]): this {
    this.#acl = acl;
    return this;
  }

  forPath(path: string, data: Data = ''): TransactionBridge {
    const acl = this.#acl === undefined ? {} : { acl: this.#acl };
    return this.#add({ type: 'create', path, data, mode: this.#mode, ...acl });
  }
}

export class TransactionSetDataBuilder {
  readonly #add: Add;
  #version = -1;

  constructor(add: Add) {
    this.#add = add;
  }

  withVersion(version: number): this {
    this.#version = version;
    return this;
  }

  forPath(path: string, data: Data = ''): TransactionBridge {
    return this.#add({ type: 'setData', path, data, version: this.#version });
  }
}

export class TransactionVersionBuilder {
  readonly #type: 'delete' | 'check';
  readonly #add: Add;
  #version = -1;

  constructor(type: 'delete' | 'check', add: Add) {
    this.#type = type;
    this.#add = add;
  }

  withVersion(version: number): this {
    this.#version = version;
    return this;
  }

  forPath(path: string): TransactionBridge {
    return this.#add({ type: this.#type, path, version: this.#version });
  }
}
