// One write seen by many watchers: the time from sending it until the last of the watching
// sessions has read its event. Each watcher is a session of its own with one data watch.

import { Buffer } from 'node:buffer';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeGetData, encodeSetData, fillData } from './frames.ts';
import type { WatchFanOutJob, WatchFanOutResult } from './job.ts';
import { closeConnections, LoadConnection, openConnections } from './load-connection.ts';
import { SMALL_BYTES, watchedPath } from './prepare.ts';

const REST_MS = 10;
const WARM_UP_ROUNDS = 10;

/** Counts frames over all connections, and settles when a number of them has come. */
class FrameGate {
  #missing = 0;
  #settle: (() => void) | undefined;

  expect(frames: number): Promise<void> {
    this.#missing = frames;
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  pass(frames: number): void {
    this.#missing -= frames;
    if (this.#missing === 0) this.#settle?.();
  }
}

export const runWatchFanOut = async (job: WatchFanOutJob): Promise<WatchFanOutResult> => {
  const setter = await LoadConnection.open({ port: job.port });
  const watchers = await openConnections(job.watchers, [job.port]);
  const gate = new FrameGate();
  const setterGate = new FrameGate();
  setter.onFrames = (frames) => setterGate.pass(frames);
  for (const watcher of watchers) watcher.onFrames = (frames) => gate.pass(frames);
  const watchRequest = encodeGetData({ xid: 1, path: watchedPath, watch: true });
  const data = fillData(SMALL_BYTES);
  const setRequest = Buffer.from(encodeSetData({ xid: 1, path: watchedPath, data }));
  const times: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + job.rounds; round += 1) {
    const armed = gate.expect(watchers.length);
    for (const watcher of watchers) watcher.send(watchRequest);
    await armed;
    await delay(REST_MS);
    const seen = gate.expect(watchers.length);
    const answered = setterGate.expect(1);
    const startedAt = performance.now();
    setter.send(setRequest);
    await seen;
    if (round >= WARM_UP_ROUNDS) times.push(performance.now() - startedAt);
    await answered;
    await delay(REST_MS);
  }
  await closeConnections([setter, ...watchers]);
  times.sort((a, b) => a - b);
  return {
    lastEventMsMedian: times[times.length >> 1] ?? Number.NaN,
    lastEventMsMin: times[0] ?? Number.NaN,
    lastEventMsMax: times.at(-1) ?? Number.NaN,
  };
};
