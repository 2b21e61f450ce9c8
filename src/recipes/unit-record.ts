/** What a unit of a HotStandby writes into its node. */
import { isZooKeeperError, type ZooKeeper } from '../client/index.ts';
import { compareAndSetData, readVersioned } from './versioned-data.ts';

export interface UnitRecord {
  readonly identifier: string;
  readonly state: 'RUNNING' | 'STANDBY';
  /** Somebody wants it to hand over. */
  readonly isSwitchWanted: boolean;
}

export function encodeUnit({ identifier, state, isSwitchWanted }: UnitRecord): string {
  return JSON.stringify({ identifier, state, ...(isSwitchWanted ? { switchOver: true } : {}) });
}

/** What cannot be read was written by a stranger, and asks for nothing. */
export function decodeUnit(data: Uint8Array): UnitRecord {
  const text = new TextDecoder().decode(data);
  const { identifier, state, switchOver } = parse(text);
  return {
    identifier: typeof identifier === 'string' ? identifier : '',
    state: state === 'RUNNING' ? 'RUNNING' : 'STANDBY',
    isSwitchWanted: switchOver === true,
  };
}

function parse(text: string): { identifier?: unknown; state?: unknown; switchOver?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** Changes a part of the record, whoever changes another part meanwhile. False if it is gone. */
export async function publishUnit(
  zk: ZooKeeper,
  path: string,
  change: Partial<UnitRecord>,
): Promise<boolean> {
  for (;;) {
    const expected = await readVersioned(zk, path);
    if (expected.version < 0) return false;
    const data = encodeUnit({ ...decodeUnit(expected.data), ...change });
    try {
      if ((await compareAndSetData(zk, path, { expected, data })) !== undefined) return true;
    } catch (error) {
      // To write it twice does no harm.
      if (!isZooKeeperError(error, 'ConnectionLoss', 'RequestTimeout')) throw error;
    }
  }
}
