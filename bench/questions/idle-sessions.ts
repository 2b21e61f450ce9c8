// What a session that does nothing costs in resident memory. Each server is started for this
// alone, one after the other: memory that an earlier round left behind would hide the cost.

import { LoadProcess } from '../load/load-process.ts';
import { openArena } from '../servers/contestant.ts';
import type { Question } from './question.ts';

const SETTLE_MS = 2000;
const KIB = 1024;
const MIB = 1 << 20;

export const idleSessions: Question = async ({ options, contestants, measurements }) => {
  const memory = {
    name: `memory per session, ${options.sessions} idle`,
    unit: 'KiB',
    better: 'lower',
    digits: 1,
    floor: 1,
    aim: 0.33,
  } as const;
  const whole = {
    name: 'resident memory with them',
    unit: 'MiB',
    better: 'lower',
    digits: 0,
  } as const;
  const opening = { name: 'opening them all', unit: 's', better: 'lower', digits: 1 } as const;
  const load = await LoadProcess.start();
  try {
    for (let round = 0; round < options.rounds; round += 1) {
      for (const contestant of contestants) {
        const arena = await openArena({ contestant, folder: options.dataFolder });
        const { port, pid: serverPid } = arena.server;
        const job = { port, serverPid, sessions: options.sessions, settleMs: SETTLE_MS };
        const result = await load.run({ kind: 'idle-sessions', ...job }).finally(arena.end);
        measurements.add(memory, contestant.name, result.bytesPerSession / KIB);
        measurements.add(whole, contestant.name, result.serverRssBytes / MIB);
        measurements.add(opening, contestant.name, result.connectSeconds);
      }
    }
  } finally {
    await load.stop();
  }
};
