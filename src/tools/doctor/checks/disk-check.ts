/** The disks: what is free, what a synced write costs, and whether the log shares one. */
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  openSync,
  statfsSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from '../../configuration.ts';
import { type Finding, Findings } from '../finding.ts';

const MIB = 1 << 20;
/** The log grows by 64 MiB at a time. */
const FREE_MIB_MIN = 256;
const FREE_MIB_WANTED = 2048;
const FREE_SHARE_WANTED = 0.1;
const SYNCS = 100;
const SYNC_TIME_MS_MAX = 2000;
const SLOW_MS = 10;
const VERY_SLOW_MS = 100;
const BLOCK = Buffer.alloc(4096, 1);
/** tmpfs and ramfs: what is there is gone after a restart. */
const MEMORY_TYPES = [0x01021994, 0x858458f6];

export function checkDisk({ config }: Configuration): Finding[] {
  const findings = new Findings('disk');
  const { dataDir, dataLogDir } = config;
  const paths = [...new Set([dataDir, dataLogDir])].filter((path) => existsSync(path));
  for (const path of paths) checkSpace(findings, path);
  if (paths.includes(dataLogDir)) checkSyncs(findings, dataLogDir);
  if (paths.length === 2) checkDevices(findings, dataDir, dataLogDir);
  return findings.all;
}

function checkSpace(findings: Findings, path: string): void {
  const { type, bsize, blocks, bavail } = statfsSync(path);
  if (MEMORY_TYPES.includes(type)) {
    findings.warn(`${path} is in memory: a restart of the machine empties it`, 'name a disk');
  }
  const free = Math.floor((bavail * bsize) / MIB);
  const share = bavail / Math.max(blocks, 1);
  const what = `${path}: ${free} MiB free, ${Math.round(share * 100)} %`;
  const advice = 'make room: a server whose disk is full stops';
  if (free < FREE_MIB_MIN) findings.fail(what, advice);
  else if (free < FREE_MIB_WANTED || share < FREE_SHARE_WANTED) findings.warn(what, advice);
  else findings.ok(what);
}

/** As the log is written: a block, then a wait until it is on the disk. */
export function measureSyncs(directory: string): readonly number[] {
  const path = join(directory, `zooid-doctor-${process.pid}.tmp`);
  const descriptor = openSync(path, 'wx', 0o600);
  const durations: number[] = [];
  try {
    const endMs = performance.now() + SYNC_TIME_MS_MAX;
    for (let at = 0; at < SYNCS && performance.now() < endMs; at++) {
      const startedMs = performance.now();
      writeSync(descriptor, BLOCK);
      fdatasyncSync(descriptor);
      durations.push(performance.now() - startedMs);
    }
  } finally {
    closeSync(descriptor);
    unlinkSync(path);
  }
  return durations.sort((one, other) => one - other);
}

function checkSyncs(findings: Findings, directory: string): void {
  let durations: readonly number[];
  try {
    durations = measureSyncs(directory);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return findings.fail(`${directory}: a file cannot be written (${reason})`, 'see above');
  }
  const medianMs = durations[durations.length >> 1] ?? 0;
  const maxMs = durations.at(-1) ?? 0;
  const what = `${directory}: a synced write takes ${shown(medianMs)} ms (median), ${shown(maxMs)} ms (slowest of ${durations.length})`;
  const advice = 'every write of every client waits for it: use a local SSD for dataLogDir';
  if (medianMs >= VERY_SLOW_MS) findings.fail(what, advice);
  else if (medianMs >= SLOW_MS || maxMs >= 10 * VERY_SLOW_MS) findings.warn(what, advice);
  else findings.ok(what);
}

function shown(milliseconds: number): string {
  return milliseconds < 10 ? milliseconds.toFixed(2) : milliseconds.toFixed(0);
}

function checkDevices(findings: Findings, dataDir: string, dataLogDir: string): void {
  if (statSync(dataDir).dev !== statSync(dataLogDir).dev) {
    return findings.ok('dataDir and dataLogDir are on disks of their own');
  }
  findings.warn(
    'dataDir and dataLogDir are on one disk: snapshots slow the log down all the same',
    'put dataLogDir on another disk, or take it out',
  );
}
