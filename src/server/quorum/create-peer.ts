/** From the configuration and what is on the disk to a peer. */
import { ConfigError } from '../config/config-error.ts';
import type { PeerFoundation } from '../ensemble-shell.ts';
import type { QuorumLink, QuorumPeer } from './peer-contract.ts';

export function createPeer(_foundation: PeerFoundation): QuorumPeer<QuorumLink> {
  throw new ConfigError('This version runs one standalone server; the file lists an ensemble.');
}
