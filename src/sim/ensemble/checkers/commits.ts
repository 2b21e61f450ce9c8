/**
 * P10: whoever leads has all that was committed. P16: what is committed is on the stable storage of
 * a quorum, at the moment when it is applied first.
 */
import { describeZxid } from '../../../base/zxid.ts';
import { Violated } from '../../violated.ts';
import type { SimPeer } from '../sim-peer.ts';
import type { Surroundings } from '../surroundings.ts';

/** A quorum has taken over this leader's history: it is committed, all of it. */
export function checkLeading(world: Surroundings, leader: SimPeer, epoch: number): void {
  const { witness, epochs } = world;
  epochs.onLeading(leader.sid, epoch);
  const last = Math.max(0, leader.peer?.history.lastZxid ?? 0);
  checkQuorum(world, last, ({ disk }) => disk.epochs.current >= epoch);
  witness.commitThrough(leader.sid, last);
  leader.promise(last);
}

export function checkCommitted(world: Surroundings, leader: SimPeer, zxid: number): void {
  const { witness } = world;
  checkQuorum(world, zxid, () => true);
  witness.commitThrough(leader.sid, zxid);
  leader.promise(zxid);
}

function checkQuorum(world: Surroundings, zxid: number, counts: (peer: SimPeer) => boolean): void {
  if (world.witness.isCommitted(zxid) || hasQuorum(world, zxid, counts)) return;
  const { voters } = world.config;
  const through = [...world.peers.values()].map(({ sid, disk }) => {
    return `${sid} ${describeZxid(disk.through)} epoch ${disk.epochs.current}`;
  });
  const message = `${describeZxid(zxid)} is committed by a quorum of ${voters}; durable is ${through}`;
  throw Violated.of('P16', message);
}

/** Do so many voters have it on stable storage? */
export function hasQuorum(
  { peers, config }: Surroundings,
  zxid: number,
  counts: (peer: SimPeer) => boolean,
): boolean {
  const { voters } = config;
  let count = 0;
  for (const peer of peers.values()) {
    if (peer.isVoter && peer.disk.through >= zxid && counts(peer)) count++;
  }
  return count * 2 > voters.length;
}
