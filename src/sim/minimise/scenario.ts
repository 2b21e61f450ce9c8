/**
 * Scenario: a run that is not left to chance but for its delays: what was decided in the run of some
 * seed, or what is left of that. With a mutant it violates an invariant; without one it must pass.
 */
import type { Decision } from '../decisions/decision.ts';
import { Decisions } from '../decisions/decisions.ts';
import { ensembleConfig } from '../ensemble/ensemble-config.ts';
import { runEnsembleSeed } from '../ensemble/ensemble-run.ts';
import { ensembleMutants } from '../ensemble/mutants/ensemble-mutants.ts';
import type { Violation } from '../history.ts';
import { mutantOf } from '../mutants/mutants.ts';
import { simConfig } from '../sim-config.ts';
import { runSeed } from '../simulation.ts';

export interface Scenario {
  readonly of: 'server' | 'ensemble';
  readonly seed: number;
  /** Null: the server as it is. */
  readonly mutant: string | null;
  /** What it violates, or did before it was mended. */
  readonly invariant: string;
  /** Faults that come by chance all the time and are switched off. */
  readonly withoutFaults: readonly string[];
  /** Null: as the seed has it. */
  readonly clients: number | null;
  readonly chaosUs: number | null;
  readonly decisions: readonly Decision[];
}

export interface ScenarioRun {
  readonly violations: readonly Violation[];
  readonly counts: Readonly<Record<string, number>>;
  readonly lastLines: readonly string[];
  /** What became of its decisions; of a seed all that chance has decided. */
  readonly made: readonly Decision[];
}

export interface ScenarioOptions {
  /** The decisions of the scenario do not count: chance decides, as the seed has it. */
  readonly isFree?: boolean;
  readonly withoutMutant?: boolean;
  readonly stopUs?: number;
  readonly print?: (line: string) => void;
}

/**
 * These come by chance in whatever the server does. Others are somebody's decision, or a part of one,
 * and go with it.
 */
const AMBIENT = new Set([
  'eio',
  'syncError',
  'slowDisk',
  'readError',
  'rot',
  'cutSnapshots',
  'wipe',
  'clockRates',
  'refusals',
  'slowStart',
  'rechunk',
  'slowNet',
]);

export function runScenario(scenario: Scenario, options: ScenarioOptions = {}): ScenarioRun {
  const decisions = new Decisions(options.isFree === true ? null : scenario.decisions);
  const result = scenario.of === 'server' ? runServer : runEnsemble;
  const run = result(scenario, { ...options, decisions });
  return { ...run, made: decisions.made };
}

type Running = ScenarioOptions & { readonly decisions: Decisions };

function runServer(scenario: Scenario, { decisions, print, withoutMutant }: Running) {
  const { seed, mutant: name } = scenario;
  const config = simConfig(seed);
  const mutant = name === null || withoutMutant === true ? undefined : mutantOf(name);
  const hooks = mutant === undefined ? {} : { hooks: mutant.hooks };
  return runSeed(seed, {
    ...hooks,
    ...(print === undefined ? {} : { print }),
    withoutDigests: name !== null,
    decisions,
    config: {
      ...config,
      clients: scenario.clients ?? config.clients,
      faults: without(config.faults, scenario.withoutFaults),
    },
  });
}

function runEnsemble(scenario: Scenario, running: Running) {
  const { decisions, print, withoutMutant, stopUs } = running;
  const { seed, mutant: name } = scenario;
  const found = ensembleMutants.find((each) => each.name === name);
  const drawn = ensembleConfig(seed);
  // Without its mutant it is the same run, of a server that is whole.
  const config = found?.config?.(drawn) ?? drawn;
  const mutant = withoutMutant === true ? undefined : found;
  const hooks = mutant === undefined ? {} : { hooks: mutant.hooks };
  return runEnsembleSeed(seed, {
    ...hooks,
    ...(print === undefined ? {} : { print }),
    ...(stopUs === undefined ? {} : { stopUs }),
    withoutDigests: name !== null,
    decisions,
    config: {
      ...config,
      clients: scenario.clients ?? config.clients,
      chaosUs: scenario.chaosUs ?? config.chaosUs,
      faults: without(config.faults, scenario.withoutFaults),
    },
  });
}

function without<T extends object>(faults: T, names: readonly string[]): T {
  return { ...faults, ...Object.fromEntries(names.map((name) => [name, false])) };
}

/** The faults of the seed that come by chance, and are on. */
export function ambientFaults({ of, seed, withoutFaults }: Scenario): string[] {
  const { faults } = of === 'server' ? simConfig(seed) : ensembleConfig(seed);
  return Object.entries(faults)
    .filter(([name, isOn]) => isOn && AMBIENT.has(name) && !withoutFaults.includes(name))
    .map(([name]) => name);
}

export function clientsOf({ of, seed, clients }: Scenario): number {
  return clients ?? (of === 'server' ? simConfig(seed) : ensembleConfig(seed)).clients;
}

export function isOfClient({ source }: Decision): boolean {
  return source.startsWith('client ');
}

/** How much there is of it, for people. */
export interface ScenarioSize {
  readonly faultKinds: number;
  readonly disturbances: number;
  readonly clients: number;
  readonly requests: number;
  readonly chaosMs: number;
}

export function sizeOf(scenario: Scenario): ScenarioSize {
  const { decisions } = scenario;
  const asked = decisions.filter((each) => isOfClient(each) && each.done.length > 0);
  const others = decisions.filter((each) => !isOfClient(each) && each.done.length > 0);
  const requests = asked.flatMap(({ done }) =>
    done.filter((text) => !/^(connect|lose|be)/.test(text)),
  );
  const last = decisions.reduce((us, each) => Math.max(us, each.us), 0);
  return {
    faultKinds: ambientFaults(scenario).length,
    disturbances: others.length,
    clients: new Set(asked.map(({ source }) => source)).size,
    requests: requests.length,
    chaosMs: Math.round((scenario.chaosUs ?? last) / 1000),
  };
}
