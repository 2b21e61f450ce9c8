/**
 * ConfigHistory: which configuration counts where in the history, by the entries themselves. P20: one
 * reconfiguration is under way at most; what is proposed before it is committed needs a quorum of
 * the former configuration, too.
 */
import { describeZxid } from '../../../base/zxid.ts';
import type { Txn } from '../../../core/requests/txn.ts';
import { parseConfigText } from '../../../core/zab/members/config-text.ts';
import type { EnsembleConfig as Members } from '../../../core/zab/members/ensemble-config.ts';
import { OpCode } from '../../../protocol/op-code.ts';
import { decodeConfigText } from '../../../protocol/records/quorum.ts';
import { Violated } from '../../violated.ts';

/** What counts for one entry. */
export interface InForce {
  /** The zxid of the reconfiguration; 0: what the ensemble began with. */
  readonly zxid: number;
  readonly config: Members;
  /** Null for what was proposed when the reconfiguration was committed. */
  readonly former: Members | null;
}

export class ConfigHistory {
  readonly first: InForce;
  readonly #isCommitted: (zxid: number) => boolean;
  readonly #proposed: InForce[] = [];
  /** By an election, and without its entry: see `establish`. */
  #established: InForce | null = null;

  constructor(members: Members, isCommitted: (zxid: number) => boolean) {
    this.first = { zxid: 0, config: members, former: null };
    this.#isCommitted = isCommitted;
  }

  /** For an entry that is proposed now behind one for which `inForce` counts. */
  next(inForce: InForce, zxid: number, txn: Txn): InForce {
    const before = this.latest(inForce);
    if (txn.type === OpCode.reconfig) return this.#reconfigured(before, zxid, txn.body.data);
    if (before.former === null || !this.#isAgreed(before.zxid)) return before;
    return { ...before, former: null };
  }

  #reconfigured(before: InForce, zxid: number, data: Uint8Array | null): InForce {
    if (!this.#isAgreed(before.zxid)) {
      const message = `${describeZxid(zxid)} is a reconfiguration, ${describeZxid(before.zxid)} is not committed`;
      throw Violated.of('P20', message);
    }
    const parsed = parseConfigText(decodeConfigText(data ?? new Uint8Array(0)), {
      standaloneEnabled: false,
    });
    if (!parsed.ok || parsed.config.version !== zxid) {
      throw Violated.of('P20', `${describeZxid(zxid)} is no configuration of that version`);
    }
    const inForce = { zxid, config: parsed.config, former: before.config };
    this.#proposed.push(inForce);
    return inForce;
  }

  /**
   * A leader whose log has lost the entry may still know the configuration from its files. When quorums
   * of both have followed it, it counts, as in ZooKeeper.
   */
  establish(inForce: InForce): void {
    this.#established = { ...inForce, former: null };
  }

  /** What counts behind a history at whose end this does. */
  latest(inForce: InForce): InForce {
    const established = this.#established;
    return established !== null && established.zxid > inForce.zxid ? established : inForce;
  }

  proposed(zxid: number): InForce | undefined {
    return this.#proposed.find((each) => each.zxid === zxid);
  }

  #isAgreed(zxid: number): boolean {
    return this.#isCommitted(zxid) || zxid === this.#established?.zxid;
  }

  /** Of which a quorum each must have the entry. */
  quorumsFor({ config, former }: InForce): readonly Members[] {
    return former === null ? [config] : [config, former];
  }

  /** The same for a leader whose history ends there: what was committed since counts alone. */
  quorumsOfLeader(inForce: InForce): readonly Members[] {
    const latest = this.latest(inForce);
    return this.#isAgreed(latest.zxid) ? [latest.config] : this.quorumsFor(latest);
  }

  /** Configurations that may still be committed, or were. */
  laterThan(zxid: number): readonly Members[] {
    return this.#proposed.flatMap((each) => (each.zxid > zxid ? each.config : []));
  }
}
