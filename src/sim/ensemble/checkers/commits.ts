/**
 * P10: whoever leads has all that was committed. P16: what is committed is on the stable storage of
 * a quorum, at the moment when it is applied first. P20: of the configuration that counts for it, and
 * while that changes of both.
 */
import type { ServerId } from '../../../base/server-id.ts';
import { counterOf, describeZxid } from '../../../base/zxid.ts';
import type { EnsembleConfig as Members } from '../../../core/zab/members/ensemble-config.ts';
import { Violated } from '../../violated.ts';
import type { SimPeer } from '../sim-peer.ts';
import type { Surroundings } from '../surroundings.ts';

/** A quorum has taken over this leader's history: it is committed, all of it. */
export function checkLeading(world: Surroundings, leader: SimPeer, epoch: number): void {
  const { witness, epochs } = world;
  epochs.onLeading(leader.sid, epoch);
  const last = Math.max(0, leader.peer?.history.lastZxid ?? 0);
  const configs = witness.configs.quorumsOfLeader(witness.inForceAt(last));
  checkQuorums(world, last, { configs, counts: ({ disk }) => disk.epochs.current >= epoch });
  witness.commitThrough(leader.sid, last);
  leader.promise(last);
}

/**
 * A leader that may not lead by the configuration which its own election has completed does not get
 * as far as to serve; what it was elected with is committed all the same.
 */
export function checkActivated(world: Surroundings, { sid, peer }: SimPeer, version: number): void {
  const { witness } = world;
  // The first one of an ensemble has no entry.
  if (counterOf(version) === 0 || version <= witness.members.version) return;
  const { epochs, lastZxid = 0 } = peer?.history ?? {};
  const counts = ({ disk }: SimPeer) => disk.epochs.current >= (epochs?.current ?? 0);
  const isLogged = witness.isIn(version, lastZxid);
  const inForce = witness.configs.proposed(version);
  if (inForce === undefined) throw Violated.of('P20', `server ${sid} goes by ${version}`);
  const configs = [
    inForce.config,
    isLogged ? (inForce.former ?? witness.members) : witness.members,
  ];
  checkQuorums(world, isLogged ? version : 0, { configs, counts });
  if (isLogged) witness.commitThrough(sid, version);
  else witness.configs.establish(inForce);
}

export function checkCommitted(world: Surroundings, leader: SimPeer, zxid: number): void {
  const { witness } = world;
  const configs = witness.configs.quorumsFor(witness.inForceAt(zxid));
  checkQuorums(world, zxid, { configs, counts: () => true });
  witness.commitThrough(leader.sid, zxid);
  leader.promise(zxid);
}

/** A quorum of the others has it, by what is committed. */
export function isSafeWithout(world: Surroundings, peer: SimPeer, zxid: number): boolean {
  return world.witness.members.containsQuorum(whoHas(world, zxid, (each) => each !== peer));
}

interface Quorums {
  /** There must be one of each. */
  readonly configs: readonly Members[];
  counts(peer: SimPeer): boolean;
}

function checkQuorums(world: Surroundings, zxid: number, { configs, counts }: Quorums): void {
  if (zxid > 0 && world.witness.isCommitted(zxid)) return;
  const having = whoHas(world, zxid, counts);
  const missing = configs.find((config) => !config.containsQuorum(having));
  if (missing === undefined) return;
  const through = [...world.peers.values()].map(({ sid, disk }) => {
    return `${sid} ${describeZxid(disk.through)} epoch ${disk.epochs.current}`;
  });
  const message =
    `${describeZxid(zxid)} is committed, without a quorum of ${[...missing.voters]} (version ` +
    `${describeZxid(missing.version)}); durable is ${through}`;
  throw Violated.of('P16', message);
}

/** Who has it on stable storage. */
function whoHas(
  { peers }: Surroundings,
  zxid: number,
  counts: (peer: SimPeer) => boolean,
): ReadonlySet<ServerId> {
  const having = new Set<ServerId>();
  for (const peer of peers.values()) {
    if (peer.disk.through >= zxid && counts(peer)) having.add(peer.sid);
  }
  return having;
}
