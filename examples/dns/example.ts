/** The DNS example: who takes part, what is shown, and what must be true at the end. */
import { setTimeout as pause } from 'node:timers/promises';
import type { PartProcess } from '../frame/part-process.ts';
import type { Play, PlayExample, Stage } from '../frame/stage.ts';
import { Directory } from './directory.ts';
import { type Instance, ZONE } from './layout.ts';
import { Visitor } from './visitor.ts';

export interface DnsOptions {
  /** Of the name servers; 0 for one that is free. */
  readonly ports: readonly number[];
  readonly collectors: number;
  /** Service → weights of its providers. */
  readonly services: Readonly<Record<string, readonly number[]>>;
}

export interface DnsPlay {
  readonly directory: Directory;
  readonly nameServers: readonly PartProcess[];
  lines(): string[];
}

export type Mood = 'well' | 'errors' | 'hanging';

const FIRST_HOST = 11;
const VISIT_MS = 50;
/** An instance is ill for this long, one after the other. */
const ILL_MS = 4_000;
/** The time-outs of sessions and checks are far below, also when all parts die one after the other. */
const UNSERVED_MS_MAX = 20_000;

export function providerOptions(domain: string, id: string, at: { host: number; weight: number }) {
  const words = [domain, id, String(at.host), String(at.weight)];
  return { program: new URL('provider.ts', import.meta.url), words };
}

export async function playDns(stage: Stage, options: DnsOptions): Promise<DnsPlay> {
  const directory = new Directory(await stage.connect());
  await directory.start();
  const nameServers = options.ports.map((port, at) => {
    const name = `ns-${at + 1}`;
    const program = new URL('name-server.ts', import.meta.url);
    return stage.run(name, { program, words: [name, String(port)] });
  });
  for (let at = 1; at <= options.collectors; at++) {
    stage.run(`collector-${at}`, { program: new URL('collector.ts', import.meta.url) });
  }
  let host = FIRST_HOST;
  for (const [service, weights] of Object.entries(options.services)) {
    for (const [at, weight] of weights.entries()) {
      const id = `${service}-${at + 1}`;
      stage.run(id, providerOptions(`${service}.${ZONE}`, id, { host: host++, weight }));
    }
  }
  return { directory, nameServers, lines: () => directory.instances.map(describe) };
}

function describe({ host, address, port, weight, state }: Instance): string {
  const health = state === null ? 'not checked yet' : state.reason;
  const sign = state?.isHealthy === true ? 'answered' : 'left out';
  return `${host.padEnd(22)} ${`${address}:${port}`.padEnd(17)} weight ${weight}, ${sign}: ${health}`;
}

export async function become({ address, port }: Instance, mood: Mood): Promise<void> {
  const response = await fetch(`http://${address}:${port}/become/${mood}`);
  await response.body?.cancel();
}

export const playExample: PlayExample = async (stage) => {
  const services = { search: [1, 1], shop: [6, 3, 1] };
  const { directory, lines } = await playDns(stage, {
    ports: [5300, 5301],
    collectors: 2,
    services,
  });
  const visitor = new Visitor(`shop.${ZONE}`);
  const ended = new AbortController();
  const { signal } = ended;
  void untilEnded(signal, VISIT_MS, async () => {
    const ports = [...directory.servers.values()];
    if (ports.length > 0) await visitor.visit(ports);
  });
  void untilEnded(signal, ILL_MS, () => makeOneIll(directory, signal));
  return {
    lines: () => [...lines(), visitor.line],
    check: async () => {
      ended.abort();
      const { longestMs, line } = visitor;
      if (longestMs > UNSERVED_MS_MAX) throw new Error(`Nobody was served for ${longestMs} ms.`);
      return `${line}; nobody was served for ${longestMs} ms at most.`;
    },
  } satisfies Play;
};

/** Again and again; does not keep the process alive. */
async function untilEnded(signal: AbortSignal, everyMs: number, act: () => Promise<void>) {
  while (!signal.aborted) {
    await act();
    await pause(everyMs, undefined, { ref: false });
  }
}

/** Beside those that chaos kills: one that lives, and does not serve. */
async function makeOneIll(directory: Directory, signal: AbortSignal): Promise<void> {
  const well = directory.instances.filter(({ state }) => state?.isHealthy === true);
  const one = well[Math.floor(Math.random() * well.length)];
  if (one === undefined) return;
  try {
    await become(one, Math.random() < 0.5 ? 'errors' : 'hanging');
    await pause(ILL_MS, undefined, { ref: false, signal });
    await become(one, 'well');
  } catch {
    // It was killed: that makes it well, too.
  }
}
