// Many sessions that do nothing: what one of them costs the server in resident memory. A first
// batch is opened and closed before, so that code and buffers which any session needs are not
// counted as the price of these.

import { setTimeout as delay } from 'node:timers/promises';
import { readRssBytes } from '../measure/process-usage.ts';
import type { IdleSessionsJob, IdleSessionsResult } from './job.ts';
import { closeConnections, openConnections } from './load-connection.ts';

const WARM_UP_SESSIONS = 500;

export const runIdleSessions = async (job: IdleSessionsJob): Promise<IdleSessionsResult> => {
  await closeConnections(await openConnections(WARM_UP_SESSIONS, [job.port]));
  await delay(job.settleMs);
  const rssBefore = readRssBytes(job.serverPid);
  const startedAt = performance.now();
  const connections = await openConnections(job.sessions, [job.port]);
  const connectSeconds = (performance.now() - startedAt) / 1000;
  let lost = 0;
  for (const connection of connections) {
    connection.onLost = () => {
      lost += 1;
    };
  }
  await delay(job.settleMs);
  const serverRssBytes = readRssBytes(job.serverPid);
  if (lost > 0) throw new Error(`${lost} idle connections were closed by the server.`);
  await closeConnections(connections);
  return {
    bytesPerSession: (serverRssBytes - rssBefore) / job.sessions,
    connectSeconds,
    serverRssBytes,
  };
};
