/**
 * Admission: whether the leader believes what a connection says of itself in FOLLOWERINFO or
 * OBSERVERINFO. Nothing but the learner is changed here.
 */
import type { ServerId } from '../../../base/server-id.ts';
import { epochOf } from '../../../base/zxid.ts';
import type { QuorumPacketDecoder } from '../../../protocol/quorum-packet-decoder.ts';
import {
  QUORUM_PROTOCOL_VERSION,
  QuorumPacketType,
  readLearnerInfo,
} from '../../../protocol/records/quorum.ts';
import type { LearnerHandler } from '../learner-handler.ts';
import type { EnsembleConfigs } from '../members/ensemble-configs.ts';
import type { EpochDiscovery } from './epoch-discovery.ts';
import type { LeaderHost } from './leader-host.ts';
import type { Learners } from './learners.ts';

export interface AdmissionParts {
  readonly myid: ServerId;
  readonly configs: EnsembleConfigs;
  readonly learners: Learners;
  readonly discovery: EpochDiscovery;
  readonly host: Pick<LeaderHost, 'note'>;
}

export class Admission {
  readonly #parts: AdmissionParts;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /** A connection of the same server counts as alive that was heard of since `aliveSinceMs`. */
  admit(learner: LearnerHandler, packet: QuorumPacketDecoder, aliveSinceMs: number): boolean {
    return this.#identify(learner, packet) && this.#isEpochBelievable(learner, aliveSinceMs);
  }

  #identify(learner: LearnerHandler, packet: QuorumPacketDecoder): boolean {
    const { myid, configs, host } = this.#parts;
    const { link } = learner;
    const refuse = (reason: string, detail = '') => {
      link.close(reason, detail);
      return false;
    };
    if (learner.phase !== 'connected') return refuse('packet out of phase', 'LearnerInfo');
    const { serverId, protocolVersion, configVersion } = readLearnerInfo(packet.data);
    if (protocolVersion < QUORUM_PROTOCOL_VERSION) return refuse('learner of before 3.4');
    if (serverId === myid) {
      host.note('another server has the same myid', { address: link.remote.address });
      return refuse('duplicate myid');
    }
    if ((configVersion ?? 0) > configs.current.version) {
      return refuse('learner has a newer configuration');
    }
    if (serverId === null || serverId < 0) return refuse('learner without an id');
    const { sids } = link.remote;
    if (sids?.includes(serverId) === false && configs.server(serverId) !== undefined) {
      return refuse('a member at an address that is not its own', `server ${serverId}`);
    }
    learner.sid = serverId;
    learner.isFollower = packet.type === QuorumPacketType.FOLLOWERINFO;
    learner.isVoter = learner.isFollower && configs.isVoter(serverId);
    learner.acceptedEpoch = epochOf(Math.max(packet.zxid, 0));
    learner.transitionTo('discovery');
    return true;
  }

  #isEpochBelievable({ sid, acceptedEpoch, link }: LearnerHandler, aliveSinceMs: number): boolean {
    const { learners, discovery, host } = this.#parts;
    if (!discovery.isBelievable(acceptedEpoch)) {
      host.note('a learner claims an epoch that is far ahead', { sid, epoch: acceptedEpoch });
      link.close('accepted epoch too far ahead');
      return false;
    }
    // Who follows this epoch has accepted no later one.
    if (!discovery.isChosen || acceptedEpoch <= discovery.epoch) return true;
    if (!learners.isFollowing(sid, aliveSinceMs)) return true;
    host.note('two servers may have the same myid', { sid, address: link.remote.address });
    link.close('accepted epoch contradicts that of the living connection');
    return false;
  }

  /** A server that connects again has lost its former connection, whatever we still think of it. */
  formerOf(learner: LearnerHandler, aliveSinceMs: number): readonly LearnerHandler[] {
    const { learners, host } = this.#parts;
    const { sid, link } = learner;
    const others = learners.othersOf(learner);
    for (const { lastHeardMs, link: former } of others) {
      const { address, port } = former.remote;
      const isAlive = learners.isFollowing(sid, aliveSinceMs) && lastHeardMs >= aliveSinceMs;
      if (address === link.remote.address && !isAlive) continue;
      host.note('two servers may have the same myid', {
        sid,
        addresses: `${address}:${port} ${link.remote.address}:${link.remote.port}`,
      });
    }
    return others;
  }
}
