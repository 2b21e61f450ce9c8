/**
 * MachineWorkload: what an application over the session machine asks for. A folder of its own, which
 * all of them share, with open ACLs: whoever watches there has to hear of everything. What is written
 * says who wrote it, so that a write can be found in the log whatever its xid was.
 */
import type { Prng } from '../../base/prng.ts';
import { type MachineRequestKind, SimMachineRequest } from './machine-request.ts';

const FOLDER = '/m';
const NAMES = ['u', 'v', 'w', 'x'] as const;
const KINDS: readonly MachineRequestKind[] = [
  ...(['create', 'create', 'create', 'delete', 'setData', 'setData'] as const),
  ...(['exists', 'exists', 'getData', 'getData', 'getData', 'getChildren', 'getChildren'] as const),
];
const OPEN = [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }] as const;

export class MachineWorkload {
  readonly #prng: Prng;
  readonly #client: number;
  #count = 0;

  constructor(prng: Prng, client: number) {
    this.#prng = prng;
    this.#client = client;
  }

  /** The folder, which there may be already. */
  first(): SimMachineRequest {
    return this.#request('create', FOLDER, 0);
  }

  next(): SimMachineRequest {
    const prng = this.#prng;
    const kind = prng.pick(KINDS);
    const isFolder =
      kind === 'getChildren' ? prng.chance(0.8) : kind === 'exists' && prng.chance(0.1);
    const path = isFolder ? FOLDER : `${FOLDER}/${prng.pick(NAMES)}`;
    return this.#request(kind, path, prng.pick([0, 0, 1, 2, 3]));
  }

  #request(kind: MachineRequestKind, path: string, flags: number): SimMachineRequest {
    const index = this.#count++;
    const hasData = kind === 'create' || kind === 'setData';
    const mark = hasData ? `${this.#client}/${index}` : null;
    const isWatching = this.#prng.chance(0.7);
    const version = this.#prng.chance(0.8) ? -1 : this.#prng.below(3);
    const data = Uint8Array.from(mark ?? '', (unit) => unit.charCodeAt(0));
    const all = {
      create: { path, data, acl: OPEN, flags, ttl: null },
      setData: { path, data, version },
      delete: { path, version },
      exists: { path, watch: isWatching },
      getData: { path, watch: isWatching },
      getChildren: { path, watch: isWatching },
    };
    return new SimMachineRequest({ index, kind, path, args: all[kind], isWatching, mark });
  }
}
