/**
 * The publisher: publishes settings, lets a share of the hosts try them, and then gives them to all or
 * takes them back. Where it is stands in the plan: whoever comes after it goes on from there.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { connect, report, words } from '../frame/part.ts';
import { type HostsState, openCentre, type Plan, planForAll, type Settings } from './centre.ts';

const TRIAL_PERCENT = 20;
const LINES_MAX = 6;

const { everyMs } = words('everyMs');
const zk = await connect({ onExpired: 'renew' });
const { settings, plans, group } = openCentre(zk);
await group.watchMembers();
let lines: readonly string[] = [];

/** Resolves when all hosts that are there follow this plan, or a newer one. */
function reached(plan: number): Promise<readonly HostsState[]> {
  return new Promise((resolve) => {
    const look = (): void => {
      const states = [...group.members.values()];
      if (states.length === 0 || states.some((state) => state.plan < plan)) return;
      stop();
      resolve(states);
    };
    const stop = group.onChange(look);
    look();
  });
}

/** Now and then something that the schema refuses, or that only a host can know to be bad. */
function draft(number: number): Settings {
  const poolSize = number % 4 === 2 ? 0 : 10 + (number % 50);
  const timeoutMs = number % 4 === 3 ? 20 : 500;
  return { poolSize, timeoutMs, features: [`feature-${process.pid}-${number}`] };
}

/** Null when the schema refuses it: then nobody gets to see it. */
async function publish(value: Settings): Promise<number | null> {
  try {
    return await settings.publish(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    await tell('refused', `refused before it was published: ${error.message}`);
    return null;
  }
}

async function tell(event: string, line: string): Promise<void> {
  lines = [...lines, line].slice(-LINES_MAX);
  const kept = await settings.history();
  const history = `history: ${kept.length} versions, ${kept.at(0) ?? 0} to ${kept.at(-1) ?? 0}`;
  await report({ event, status: line, lines: [...lines, history] });
}

/** Of several publishers that are here at the same time, only one has made the next plan. */
async function release(plan: Plan, basedOn: number): Promise<void> {
  await report({ event: 'publishing', status: `plan ${basedOn + 1}` });
  const beginMs = performance.now();
  const number = await plans.publish(plan, { basedOn });
  const states = await reached(number);
  const ms = Math.round(performance.now() - beginMs);
  const hosts = states.reduce((sum, state) => sum + state.hosts, 0);
  const what = `version ${plan.candidate} to ${plan.percent} % of ${hosts} hosts`;
  await tell('released', `${what}: ${ms} ms until the last one had said so`);
}

let drafts = 0;
for (;;) {
  const { version = 0, value: plan = planForAll(0) } = (await plans.read()) ?? {};
  if (plan.percent < 100) {
    const states = await reached(version);
    const complaints = states.reduce((sum, state) => sum + state.complaints, 0);
    const isGood = complaints === 0;
    const next = isGood ? plan.candidate : await settings.rollback(plan.stable);
    const why = `${complaints} hosts complain of version ${plan.candidate}`;
    if (!isGood) await tell('rolled back', `${why}: back to ${plan.stable}, as version ${next}`);
    await release(planForAll(next), version);
  } else {
    await pause(Number(everyMs));
    const candidate = await publish(draft(drafts++));
    if (candidate === null) continue;
    const trial = { stable: plan.stable, candidate, percent: TRIAL_PERCENT };
    await release(version === 0 ? planForAll(candidate) : trial, version);
  }
}
