/** What the publisher, the hosts, and who looks at their books, know. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { json, type ZooKeeper } from 'zooid';
import { ConfigStore, GroupMembership } from 'zooid/recipes';
import { fileLines } from '../frame/file-lines.ts';

const SETTINGS = '/config-centre/settings';
const PLANS = '/config-centre/plans';
const HOSTS = '/config-centre/hosts';

export interface Settings {
  readonly poolSize: number;
  readonly timeoutMs: number;
  readonly features: readonly string[];
}

/** Which hosts are to have which version of the settings. */
export interface Plan {
  /** What all have, but for those of the trial. */
  readonly stable: number;
  /** What the share of the hosts has that tries it first. */
  readonly candidate: number;
  readonly percent: number;
}

export function planForAll(version: number): Plan {
  return { stable: version, candidate: version, percent: 100 };
}

/** What the hosts of a process say of themselves, all together. */
export interface HostsState {
  /** The last plan that each of them follows. */
  readonly plan: number;
  readonly hosts: number;
  /** How many do badly with what they have. */
  readonly complaints: number;
}

/** What a host has taken over. */
export interface Taken {
  readonly host: string;
  readonly version: number;
  readonly settings: Settings;
}

/** The schema, which judges what is published, and what is read. */
export const settingsJson = json<Settings>((value) => {
  const { poolSize, timeoutMs, features } = value as Partial<Settings>;
  const areStrings = Array.isArray(features) && features.every((each) => typeof each === 'string');
  if (!areStrings) throw new TypeError('features are no list of strings.');
  const whole = { poolSize: inRange(poolSize, 1, 100), timeoutMs: inRange(timeoutMs, 1, 60_000) };
  return { ...whole, features };
});

function inRange(value: number | undefined, ...[min, max]: [number, number]): number {
  if (Number.isInteger(value) && Number(value) >= min && Number(value) <= max) return Number(value);
  throw new TypeError(`${value} is not between ${min} and ${max}.`);
}

export const stateJson = json<HostsState>((value) => value as HostsState);

export function openCentre(zk: ZooKeeper) {
  const options = { versionsMax: 1_000 };
  const settings = new ConfigStore(zk, SETTINGS, { ...options, serializer: settingsJson });
  const plans = new ConfigStore<Plan>(zk, PLANS, options);
  return { settings, plans, group: new GroupMembership(zk, HOSTS, { serializer: stateJson }) };
}

/** The same hosts are the first ones every time, wherever they run. */
export function versionFor(host: string, { stable, candidate, percent }: Plan): number {
  const bucket = createHash('sha256').update(host).digest().readUInt32BE() % 100;
  return bucket < percent ? candidate : stable;
}

export function bookFile(folder: string, part: string): string {
  return join(folder, `${part}.book`);
}

/** All that the hosts of a process have ever taken over, in its order. */
export function readBook(folder: string, part: string): Taken[] {
  return fileLines(bookFile(folder, part)).map((line) => JSON.parse(line) as Taken);
}

/** Throws when a host had what was not published so, what is not valid, or an older version again. */
export function checkTaken(taken: readonly Taken[], published: ReadonlyMap<number, Settings>) {
  const last = new Map<string, number>();
  const oldest = Math.min(...published.keys());
  for (const { host, version, settings } of taken) {
    const text = JSON.stringify(settingsJson.deserialize(settingsJson.serialize(settings)));
    // Of versions that are not kept any more, only the schema is left.
    if (version >= oldest && text !== JSON.stringify(published.get(version))) {
      throw new Error(`${host} had ${text} as version ${version}, which was not published.`);
    }
    const before = last.get(host) ?? 0;
    if (version < before) throw new Error(`${host} went from version ${before} to ${version}.`);
    last.set(host, version);
  }
}
