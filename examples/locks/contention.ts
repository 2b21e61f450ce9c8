/** Compares the naive lock and the improved one again and again, on a server of its own. */
import { setTimeout as pause } from 'node:timers/promises';
import { ZooKeeper } from 'zooid';
import { TestServer } from 'zooid/testing';
import { report } from '../frame/part.ts';
import { describeMeasured, type LockKind, measure } from './herd.ts';

const CLIENTS = 20;
const KINDS: readonly LockKind[] = ['naive', 'improved'];

const server = await TestServer.start({ mode: 'process' });
const clients = await Promise.all(
  Array.from({ length: CLIENTS }, () => ZooKeeper.connect(server.connectString)),
);
const results = new Map<LockKind, string>();
for (;;) {
  for (const kind of KINDS) {
    const measured = await measure(kind, { clients, serverPort: server.port, turnsEach: 3 });
    results.set(kind, describeMeasured(kind, measured, CLIENTS));
    await report({ status: `has measured the ${kind} lock`, lines: [...results.values()] });
    await pause(500);
  }
}
