/** A Stat as zkCli prints it (StatPrinter), and as JSON. */
import type { Stat } from '../client/index.ts';
import { javaDate } from './java-date.ts';

export function statLines(stat: Stat): string[] {
  return [
    `cZxid = ${hex(stat.czxid)}`,
    `ctime = ${javaDate(stat.ctime)}`,
    `mZxid = ${hex(stat.mzxid)}`,
    `mtime = ${javaDate(stat.mtime)}`,
    `pZxid = ${hex(stat.pzxid)}`,
    `cversion = ${stat.cversion}`,
    `dataVersion = ${stat.version}`,
    `aclVersion = ${stat.aversion}`,
    `ephemeralOwner = ${hex(stat.ephemeralOwner)}`,
    `dataLength = ${stat.dataLength}`,
    `numChildren = ${stat.numChildren}`,
  ];
}

/** Ids and zxids as in the lines: JSON has no 64-bit numbers. */
export function statJson(stat: Stat): Record<string, string | number> {
  return {
    cZxid: hex(stat.czxid),
    ctime: new Date(stat.ctime).toISOString(),
    mZxid: hex(stat.mzxid),
    mtime: new Date(stat.mtime).toISOString(),
    pZxid: hex(stat.pzxid),
    cversion: stat.cversion,
    dataVersion: stat.version,
    aclVersion: stat.aversion,
    ephemeralOwner: hex(stat.ephemeralOwner),
    dataLength: stat.dataLength,
    numChildren: stat.numChildren,
  };
}

export function hex(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16)}`;
}
