/** Every command of the AdminServer, and under which names. */
import type { ServerConfig } from '../../config/server-config.ts';
import type { AdminCommand } from './command.ts';
import { initialConfiguration, lastSnapshot, systemProperties } from './configuration-commands.ts';
import {
  connectionStatReset,
  connections,
  dump,
  watches,
  watchesByPath,
  watchSummary,
} from './connection-commands.ts';
import {
  leader,
  observerConnectionStatReset,
  observers,
  votingView,
  zabState,
} from './ensemble-commands.ts';
import { restore } from './restore-command.ts';
import {
  configuration,
  dirs,
  environment,
  getTraceMask,
  hash,
  isReadOnly,
  monitor,
  ruok,
  serverStats,
  setTraceMask,
  statReset,
  stats,
} from './server-commands.ts';

/** In the order of their names. `more` are those that need more than what a word is told. */
export function createCommands(
  config: ServerConfig,
  more: readonly AdminCommand[] = [],
): readonly AdminCommand[] {
  const commands: AdminCommand[] = [
    configuration,
    connectionStatReset,
    connections,
    dirs,
    dump,
    environment,
    getTraceMask,
    hash,
    initialConfiguration(config),
    isReadOnly,
    lastSnapshot,
    leader,
    monitor,
    observerConnectionStatReset,
    observers,
    restore,
    ruok,
    serverStats,
    setTraceMask,
    statReset,
    stats,
    systemProperties,
    votingView,
    watchSummary,
    watches,
    watchesByPath,
    zabState,
    ...more,
  ];
  return commands.sort(({ names: [one] }, { names: [other] }) => (one < other ? -1 : 1));
}
