// CPU time and resident memory of another process, from /proc (Linux). The CPU time covers all
// threads of the process: a JVM's collector and compiler threads count as the server's work.

import { readFileSync } from 'node:fs';

/** USER_HZ, 100 on every Linux that Node and Java run on. */
const TICKS_PER_SECOND = 100;
/** Counted from the field after the command name, which may hold blanks. */
const USER_TICKS_FIELD = 11;
const SYSTEM_TICKS_FIELD = 12;
const KIB = 1024;

export const readCpuSeconds = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[USER_TICKS_FIELD]) + Number(fields[SYSTEM_TICKS_FIELD]);
  return ticks / TICKS_PER_SECOND;
};

const readStatusBytes = (pid: number, field: string): number => {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const match = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status);
  return Number(match?.[1] ?? Number.NaN) * KIB;
};

export const readRssBytes = (pid: number): number => readStatusBytes(pid, 'VmRSS');

/** The highest resident memory so far. */
export const readPeakRssBytes = (pid: number): number => readStatusBytes(pid, 'VmHWM');
