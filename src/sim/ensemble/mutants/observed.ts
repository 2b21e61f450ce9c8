/** For mutants that need observers: three voters and two of them, for as long as the run lasts. */
import type { EnsembleConfig } from '../ensemble-config.ts';

export function observed(config: EnsembleConfig): EnsembleConfig {
  const { server } = config;
  const requests = { ...server.requests, reconfigEnabled: false };
  const members = { voters: [1, 2, 3], observers: [4, 5], spares: [] };
  return { ...config, ...members, server: { ...server, requests } };
}
