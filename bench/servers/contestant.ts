// A server that takes part in a bench. All get the same zoo.cfg: a data directory on a real disk
// with fsync on, no limit of connections per address, and everything else as it is by default.

import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { findFreePort } from '../../test/free-ports.ts';
import type { RunningServer } from '../../test/interop/running-server.ts';

export interface StartOptions {
  readonly dataDir: string;
  readonly clientPort: number;
  readonly config: Record<string, string>;
}

export interface Contestant {
  /** `java-3.8`, `java-3.9`, `zooid`, `echo`. */
  readonly name: string;
  /** Program and version as recorded. */
  readonly version: string;
  start(options: StartOptions): Promise<RunningServer>;
}

/** Either a contestant or the reason why it cannot take part here. */
export type ContestantOrReason = Contestant | { readonly name: string; readonly reason: string };

const TMPFS_MAGIC = 0x0102_1994;
const config: Record<string, string> = { maxClientCnxns: '0' };

/** One running server with its data directory, which goes away with it. */
export interface Arena {
  readonly contestant: Contestant;
  readonly server: RunningServer;
  end(): Promise<void>;
}

/** What load is given to: one server, or an ensemble. */
export interface LoadTarget {
  readonly contestant: Contestant;
  readonly ports: readonly number[];
  readonly pids: readonly number[];
  end(): Promise<void>;
}

export const targetOf = ({ contestant, server, end }: Arena): LoadTarget => ({
  contestant,
  ports: [server.port],
  pids: [server.pid],
  end,
});

export interface ArenaPlace {
  readonly contestant: Contestant;
  /** The folder on a real disk under which data directories are made. */
  readonly folder: string;
}

let arenas = 0;

/** A fresh, empty data directory; refuses a memory file system, on which fsync costs nothing. */
export const freshDataDir = ({ contestant, folder }: ArenaPlace): string => {
  mkdirSync(folder, { recursive: true });
  if (statfsSync(folder).type === TMPFS_MAGIC) {
    throw new Error(`${folder} is a memory file system; name a folder on a disk (--data-dir).`);
  }
  arenas += 1;
  const dataDir = path.join(folder, `${contestant.name}-${process.pid}-${arenas}`);
  rmSync(dataDir, { recursive: true, force: true });
  return dataDir;
};

export const startIn = async (
  contestant: Contestant,
  dataDir: string,
  clientPort?: number,
): Promise<RunningServer> =>
  contestant.start({ dataDir, clientPort: clientPort ?? (await findFreePort()), config });

export const openArena = async (place: ArenaPlace): Promise<Arena> => {
  const dataDir = freshDataDir(place);
  const server = await startIn(place.contestant, dataDir);
  return {
    contestant: place.contestant,
    server,
    end: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};
