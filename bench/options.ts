// The command line of the bench.

import path from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder } from '../test/interop/packages.ts';

export interface BenchOptions {
  readonly servers: readonly string[];
  /** The Node binary that Zooid runs on. */
  readonly node: string;
  readonly rounds: number;
  /** Length of one measured window. */
  readonly seconds: number;
  readonly connections: number;
  readonly depths: readonly number[];
  readonly nodes: number;
  readonly watchers: number;
  readonly sessions: number;
  readonly dataFolder: string;
  readonly record: boolean;
}

export interface CommandLine {
  readonly names: readonly string[];
  readonly options: BenchOptions;
}

export const usage = `npm run bench -- <name> [options]
  --servers java-3.8,zooid   who takes part: java-3.8, java-3.9, zooid, zooid-metrics, echo; ratios are to the first
  --node <path>              the Node binary that Zooid runs on (this one by default)
  --rounds <n>               measured windows for each server, interleaved (3)
  --seconds <n>              length of a measured window (2.5)
  --connections <n>          sessions of the throughput benches and workers of the churn (50)
  --depth 1,16               requests outstanding on each connection
  --nodes <n>                size of the big tree (1000000)
  --watchers <n>             sessions of the watch fan-out (1000)
  --sessions <n>             idle sessions (10000)
  --data-dir <folder>        where data directories are made; must be on a disk (.cache/bench)
  --record                   append the result to bench/results/`;

const positive = (name: string, text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} wants a number above 0, not ${text}.`);
  return value;
};

const flags = {
  servers: { type: 'string', default: 'java-3.8,zooid' },
  node: { type: 'string', default: process.execPath },
  rounds: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '2.5' },
  connections: { type: 'string', default: '50' },
  depth: { type: 'string', default: '1,16' },
  nodes: { type: 'string', default: '1000000' },
  watchers: { type: 'string', default: '1000' },
  sessions: { type: 'string', default: '10000' },
  'data-dir': { type: 'string', default: path.join(cacheFolder, 'bench') },
  record: { type: 'boolean', default: false },
} as const;

export const readCommandLine = (args: readonly string[]): CommandLine => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: flags,
    allowPositionals: true,
  });
  return {
    names: positionals,
    options: {
      servers: values.servers.split(','),
      node: values.node,
      rounds: positive('rounds', values.rounds),
      seconds: positive('seconds', values.seconds),
      connections: positive('connections', values.connections),
      depths: values.depth.split(',').map((depth) => positive('depth', depth)),
      nodes: positive('nodes', values.nodes),
      watchers: positive('watchers', values.watchers),
      sessions: positive('sessions', values.sessions),
      dataFolder: path.resolve(values['data-dir']),
      record: values.record,
    },
  };
};
