/**
 * A process with many hosts. Each follows the plan (push), takes the version that is meant for it
 * (pull), and writes it into its book; the process tells the centre when all of its hosts have done so.
 * A host keeps what it has while the centre is out of reach, also beyond the end of the session.
 */
import { appendFileSync } from 'node:fs';
import type { Membership } from 'zooid/recipes';
import { connect, report, words } from '../frame/part.ts';
import {
  bookFile,
  type HostsState,
  openCentre,
  type Plan,
  stateJson,
  versionFor,
} from './centre.ts';

/** With less time than that the hosts cannot do their work: no schema knows. */
const NEEDED_MS = 50;

interface Host {
  readonly name: string;
  plan: number;
  version: number;
  complains: boolean;
}

const { folder, part, count } = words('folder', 'part', 'count');
const zk = await connect({ onExpired: 'renew' });
const { settings, plans, group } = openCentre(zk);
const hosts = Array.from({ length: Number(count) }, (_, at): Host => {
  return { name: `${part}/${at + 1}`, plan: 0, version: 0, complains: false };
});
let membership: Membership | undefined;
let telling: Promise<unknown> = Promise.resolve();

async function take(host: Host, number: number, plan: Plan): Promise<void> {
  const version = versionFor(host.name, plan);
  if (version !== host.version) {
    const found = await settings.read(version);
    if (found === null) throw new Error(`There is no version ${version} of the settings.`);
    host.version = version;
    host.complains = found.value.timeoutMs < NEEDED_MS;
    const taken = { host: host.name, version, settings: found.value };
    appendFileSync(bookFile(folder, part), `${JSON.stringify(taken)}\n`);
  }
  host.plan = number;
}

async function follow(host: Host): Promise<void> {
  let taking: Promise<unknown> = Promise.resolve();
  await plans.follow(({ version, value }) => {
    taking = taking.then(() => take(host, version, value)).then(tell);
  });
}

function state(): HostsState {
  const complaints = hosts.filter((host) => host.complains).length;
  const plan = Math.min(...hosts.map((host) => host.plan));
  return { plan, hosts: hosts.length, complaints };
}

let told = -1;
/** Once for each plan, when the last host has it. */
function tell(): void {
  const now = state();
  if (now.plan <= told || membership === undefined) return;
  told = now.plan;
  const { setData } = membership;
  telling = telling.then(() => setData(stateJson.serialize(now)));
  const versions = [...new Set(hosts.map(({ version }) => version))].join(' and ');
  void report({ status: `${now.hosts} hosts with version ${versions}` });
}

// The server of a new process may be behind the one of its former life.
await zk.sync('/');
await Promise.all(hosts.map(follow));
membership = await group.join(part, stateJson.serialize(state()));
tell();
