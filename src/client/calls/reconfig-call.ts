/** What `reconfig` is given. */
import { describe } from '../connect-string.ts';
import type { ReconfigArgs } from '../machine/operations.ts';
import { badArguments } from '../zookeeper-error.ts';

/** Either who joins and leaves, or all members; as in a configuration file. */
export interface ConfigChange {
  /** `server.4=host:2888:3888:participant;2181`, several with commas between. */
  readonly joining?: string | undefined;
  /** The numbers of servers, with commas between. */
  readonly leaving?: string | undefined;
  readonly members?: string | undefined;
  /** Fails with BadVersion unless this is the version of the configuration; -1 for any. */
  readonly fromConfig?: bigint | undefined;
}

export function reconfigArgs(change: ConfigChange): ReconfigArgs {
  const { joining, leaving, members, fromConfig = -1n } = change;
  for (const [name, value] of Object.entries({ joining, leaving, members })) {
    if (value !== undefined && typeof value !== 'string') {
      throw badArguments('reconfig', `${name} is a string, not ${describe(value)}`);
    }
  }
  if (joining === undefined && leaving === undefined && members === undefined) {
    throw badArguments('reconfig', 'one of joining, leaving and members is needed');
  }
  if (typeof fromConfig !== 'bigint') {
    throw badArguments('reconfig', `fromConfig is a bigint, not ${describe(fromConfig)}`);
  }
  return {
    joining: joining ?? null,
    leaving: leaving ?? null,
    members: members ?? null,
    fromConfig,
  };
}
