/**
 * npm run ensemble: a whole ensemble on this machine, to try things out: voters and observers as
 * processes of their own, their logs in one window, each line with its server's name. Files and data
 * are kept; Ctrl-C stops all.
 *
 *   npm run ensemble
 *   npm run ensemble -- --voters 5 --observers 0 --base-port 23100 --data ./data/five
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  connectString,
  ENSEMBLE_USAGE,
  type PlannedServer,
  parseEnsembleOptions,
  planEnsemble,
} from './ensemble/ensemble-plan.ts';

const LAUNCHER = fileURLToPath(new URL('../bin/zooid-server.js', import.meta.url));
const COLOURS = [36, 33, 32, 35, 34, 31];
const STOP_TIMEOUT_MS = 25_000;
const hasColours = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;

function say(text: string): void {
  process.stdout.write(`${hasColours ? `\x1b[1m${text}\x1b[0m` : text}\n`);
}

function prefixOf({ id, name }: PlannedServer): string {
  const colour = COLOURS[(id - 1) % COLOURS.length];
  return hasColours ? `\x1b[${colour}m${name} |\x1b[0m ` : `${name} | `;
}

class RunningEnsemble {
  readonly #servers: readonly PlannedServer[];
  readonly #children = new Map<PlannedServer, ChildProcess>();
  #leader = '';
  #isStopping = false;
  #hasFailed = false;

  constructor(servers: readonly PlannedServer[]) {
    this.#servers = servers;
  }

  start(): void {
    for (const server of this.#servers) this.#spawn(server);
  }

  stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    say('Stopping …');
    for (const child of this.#children.values()) child.kill('SIGTERM');
    const kill = () => {
      for (const child of this.#children.values()) child.kill('SIGKILL');
    };
    setTimeout(kill, STOP_TIMEOUT_MS).unref();
  }

  #spawn(server: PlannedServer): void {
    // The lines are read here: their form must not depend on the environment.
    const words = [LAUNCHER, server.configFile, '--log-format=text', '--log-level=info'];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#children.set(server, child);
    const prefix = prefixOf(server);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        process.stdout.write(`${prefix}${line}\n`);
        this.#onLine(server, line);
      });
    }
    child.on('close', (code, signal) => this.#onEnd(server, code ?? signal));
  }

  #onLine(server: PlannedServer, line: string): void {
    const epoch = / serving mode=leader epoch=(\d+)/.exec(line)?.[1];
    if (epoch === undefined) return;
    const isFirst = this.#leader === '';
    this.#leader = server.name;
    say(`${server.name} leads (epoch ${epoch}).`);
    if (isFirst) this.#sayHowToConnect();
  }

  #sayHowToConnect(): void {
    const addresses = connectString(this.#servers);
    const [first] = this.#servers;
    say(`
Clients connect to ${addresses}, for example:
  zkCli.sh -server ${addresses}
  echo srvr | nc 127.0.0.1 ${first?.clientPort}
Configuration and data: ${first?.configFile} and so on. Ctrl-C stops all.
`);
  }

  #onEnd(server: PlannedServer, how: number | string | null): void {
    this.#children.delete(server);
    if (!this.#isStopping) {
      this.#hasFailed = true;
      say(`${server.name} has ended (${how}). The others go on while more than half can.`);
    }
    if (this.#children.size > 0) return;
    process.exitCode = this.#hasFailed ? 1 : 0;
  }
}

function main(): void {
  const servers = planEnsemble(parseEnsembleOptions(process.argv.slice(2)));
  for (const { id, dataDir, configFile, config } of servers) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(`${dataDir}/myid`, `${id}\n`);
    writeFileSync(configFile, config, 'latin1');
  }
  const ensemble = new RunningEnsemble(servers);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => ensemble.stop());
  ensemble.start();
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n${ENSEMBLE_USAGE}\n`);
  process.exitCode = 2;
}
