/** What goes wrong between servers: connections cut, partitions of all shapes, slow directions. */
import type { Prng } from '../../../base/prng.ts';
import type { ServerId } from '../../../base/server-id.ts';
import type { EnsembleFaults } from '../ensemble-config.ts';
import type { SimPeer } from '../sim-peer.ts';
import type { Surroundings } from '../surroundings.ts';
import type { SimStream } from './sim-stream.ts';

const KINDS = ['linkCuts', 'halfOpen', 'partitions', 'oneWay', 'clogs', 'electionCuts'] as const;

/** Which kind it was; null when there was nothing to disturb. */
export function disturbNetwork(world: Surroundings, prng: Prng): keyof EnsembleFaults | null {
  const kinds = KINDS.filter((kind) => world.config.faults[kind]);
  if (kinds.length === 0 || world.peers.size < 2) return null;
  const kind = prng.pick(kinds);
  const peers = [...world.peers.values()];
  const one = prng.pick(peers);
  const other = prng.pick(peers.filter((peer) => peer !== one));
  switch (kind) {
    case 'linkCuts':
      return cutStreams(streamsOf(one, prng), prng) ? kind : null;
    case 'halfOpen':
      return openHalf(streamsOf(one, prng), prng) ? kind : null;
    case 'electionCuts':
      world.electionNet.cut(one.sid, other.sid);
      return kind;
    case 'clogs':
      world.network.clog(one.sid, other.sid, someUs(world, prng));
      return kind;
    case 'oneWay':
      world.network.close(one.sid, other.sid);
      break;
    case 'partitions':
      partition(world, one.sid, prng);
  }
  healLater(world, prng);
  return kind;
}

/** Of one server, or of all at once. */
function streamsOf(peer: SimPeer, prng: Prng): readonly SimStream[] {
  const { streams } = peer.links;
  return prng.chance(0.5) || streams.length === 0 ? streams : [prng.pick(streams)];
}

function cutStreams(streams: readonly SimStream[], prng: Prng): boolean {
  for (const stream of streams) stream.cut(prng.chance(0.2));
  return streams.length > 0;
}

/** Its learners lose the leader and elect another; it hears nothing of that for a while. */
export function depose(leader: SimPeer, prng: Prng): void {
  for (const stream of leader.links.streams) if (prng.chance(0.9)) stream.cutBehind(1);
}

function openHalf(streams: readonly SimStream[], prng: Prng): boolean {
  for (const stream of streams) stream.lose(prng.pick([0, 1] as const));
  return streams.length > 0;
}

function partition({ network, peers }: Surroundings, sid: ServerId, prng: Prng): void {
  const sids = [...peers.keys()];
  const others = sids.filter((each) => each !== sid);
  const half = others.filter(() => prng.chance(0.5));
  const rest = others.filter((each) => !half.includes(each));
  switch (prng.below(4)) {
    case 0:
      return network.partition([[sid], others]);
    case 1:
      return network.partition([[sid, ...half], rest]);
    case 2:
      // A bridge: everybody reaches it, and only it reaches everybody.
      return network.partition([
        [sid, ...half],
        [sid, ...rest],
      ]);
    default:
      // A ring: each reaches its neighbours.
      return network.partition(sids.map((each, i) => [each, sids[(i + 1) % sids.length] ?? each]));
  }
}

function healLater(world: Surroundings, prng: Prng): void {
  const { clock, queue, network } = world;
  queue.add(clock.nowUs + someUs(world, prng), 'heal', () => network.heal());
}

function someUs({ config }: Surroundings, prng: Prng): number {
  const { tickTimeMs, syncLimitTicks } = config.zab;
  return tickTimeMs * 1000 * prng.pick([1, syncLimitTicks + 1, syncLimitTicks * 4]);
}
