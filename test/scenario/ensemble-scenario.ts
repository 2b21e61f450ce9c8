/**
 * runEnsembleScenario: as runScenario, of whole ensembles (test/core/peer-rig.ts).
 *
 *   voters 1 2 3                     first of all; observers 4 behind it
 *   start 1 2                        the servers start, and everything that can happen happens
 *   kill 1                           the process is gone, with what its disk has
 *   wipe 1                           and its disk, too
 *   stop 1                           a clean stop
 *   cut 1 / heal 1                   it is cut off from all others, and no more
 *   snapshot 1                       a snapshot is taken
 *   advance 500                      milliseconds go by
 *   connect a 1                      a client connects to server 1, with a new session
 *   move a 2                         it goes to another server, with its session
 *   create a /x …                    and the other verbs about nodes
 *   state                            what each server is, and how far its tree and its log are
 */
import { describeZxid } from '../../src/base/zxid.ts';
import type { SentAsk } from '../../src/sim/clients/client-request.ts';
import { PeerRig, type RigClient } from '../core/peer-rig.ts';
import { EnsembleTrace } from './ensemble-trace.ts';
import { parseLine, type VerbTable, wordAt } from './verb.ts';
import { nodeVerbs } from './verbs/node-verbs.ts';

class EnsembleScenario {
  readonly rig: PeerRig;
  readonly trace = new EnsembleTrace((client) => this.#nameOf(client));
  readonly clients = new Map<string, RigClient>();
  /** Who is connecting at the moment. */
  #connecting = '';

  constructor(voters: readonly number[], observers: readonly number[]) {
    this.rig = new PeerRig(voters, observers);
    this.rig.watcher = this.trace;
  }

  client(name: string): RigClient {
    const client = this.clients.get(name);
    if (client === undefined) throw new Error(`no client ${name}`);
    return client;
  }

  connect(name: string, sid: number): void {
    const former = this.clients.get(name);
    this.#connecting = name;
    this.clients.set(name, this.rig.connect(sid, former));
    this.#connecting = '';
  }

  send(name: string, ask: SentAsk): void {
    const client = this.client(name);
    if (client.isEnded) throw new Error(`${name} is not connected`);
    this.rig.send(client, ask);
    this.rig.settle();
  }

  #nameOf(client: RigClient): string {
    return [...this.clients].find(([, each]) => each === client)?.[0] ?? this.#connecting;
  }

  describeState(): void {
    for (const { sid, peer } of this.rig.members.values()) {
      if (peer === null) {
        this.trace.lines.push(`${sid} is down`);
        continue;
      }
      const { history } = peer;
      const { accepted, current } = history.epochs;
      const tree = describeZxid(history.database.tree.lastProcessedZxid);
      const log = describeZxid(history.lastZxid);
      const epochs = `acceptedEpoch=${accepted} currentEpoch=${current}`;
      this.trace.lines.push(`${sid} ${peer.mode ?? peer.state} tree=${tree} log=${log} ${epochs}`);
    }
  }
}

const numbers = (words: readonly string[]): number[] => words.map(Number);

const ensembleVerbs: VerbTable<EnsembleScenario> = {
  start: ({ run, words }) => run.rig.start(...numbers(words)),
  kill: ({ run, words }) => run.rig.kill(Number(wordAt({ words }, 0))),
  wipe: ({ run, words }) => run.rig.wipe(Number(wordAt({ words }, 0))),
  stop({ run, words }) {
    run.rig.peer(Number(wordAt({ words }, 0))).shutdown();
    run.rig.settle();
  },
  cut: ({ run, words }) => run.rig.cutOff(Number(wordAt({ words }, 0))),
  heal: ({ run, words }) => run.rig.cutOff(Number(wordAt({ words }, 0)), false),
  snapshot({ run, words }) {
    run.rig.peer(Number(wordAt({ words }, 0))).takeSnapshot();
    run.rig.settle();
  },
  advance: ({ run, words }) => run.rig.advance(Number(wordAt({ words }, 0))),
  connect: ({ run, words }) => run.connect(wordAt({ words }, 0), Number(wordAt({ words }, 1))),
  move: ({ run, words }) => run.connect(wordAt({ words }, 0), Number(wordAt({ words }, 1))),
  state: ({ run }) => run.describeState(),
};

const VERBS: VerbTable<EnsembleScenario> = { ...nodeVerbs, ...ensembleVerbs };

export function runEnsembleScenario(script: string): string {
  const lines = script.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const idsOf = (verb: string) =>
    numbers(lines.map(parseLine).find((line) => line.verb === verb)?.words ?? []);
  const run = new EnsembleScenario(idsOf('voters'), idsOf('observers'));
  const trace: string[] = [];
  for (const text of lines) {
    const line = parseLine(text);
    if (line.verb === 'voters' || line.verb === 'observers') continue;
    const verb = VERBS[line.verb];
    if (verb === undefined) throw new Error(`no verb ${line.verb}`);
    verb({ run, ...line });
    trace.push(`> ${text}`, ...run.trace.lines);
    run.trace.lines.length = 0;
  }
  return `${trace.join('\n')}\n`;
}
