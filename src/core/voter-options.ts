/** What a voter is told otherwise than a server alone. */
import type { RequestOptions } from './requests/request-options.ts';
import type { QuorumVerifier } from './zab/members/quorum-verifier.ts';

/**
 * Compat: of the requests that may be under way each voter has a share, so that the leader gets no
 * more of them than a server alone would. An observer has all of them.
 */
export function voterOptions(options: RequestOptions, { voters }: QuorumVerifier): RequestOptions {
  if (voters.size <= 2) return options;
  const share = Math.floor(options.globalOutstandingLimit / (voters.size - 1));
  return { ...options, globalOutstandingLimit: share };
}
