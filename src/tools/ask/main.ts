/**
 * `zooid ask`: a four-letter word to a server: to the one that a configuration is for, on this
 * machine, or to one that is named. For machines and containers without nc.
 */
import { Command } from 'commander';
import { ToolExit } from '../../base/tool-exit.ts';
import { askWord } from '../ask-word.ts';
import {
  type ClientAddress,
  ownClientAddress,
  ownTls,
  readConfiguration,
  refuseBadConfig,
  USUAL_CONFIG,
} from '../configuration.ts';
import { runTool } from '../run-tool.ts';
import { isSystemError } from '../system-error.ts';
import { ToolError } from '../tool-error.ts';

const EXAMPLES = `
Examples:
  zooid ask srvr                         the server of conf/zoo.cfg, on this machine
  zooid ask mntr --config /etc/zooid/zoo.cfg
  zooid ask ruok zoo1.example:2181`;

/** ZooKeeper's answers that are none: health checks must not take them for one. */
const REFUSALS = [
  /^This ZooKeeper instance is not currently serving requests/,
  /^.{4} is not executed because it is not in the whitelist\.$/m,
];
const REFUSED = 'That is no answer to the question.';

interface AskOptions {
  readonly config: string;
  readonly tls?: boolean;
  readonly timeout: string;
}

export function main(words: readonly string[]): Promise<number> {
  const program = new Command('zooid ask')
    .description('Asks a server a four-letter word; exit code 1 when it gives no answer.')
    .argument('<word>', 'srvr is always answered; others when 4lw.commands.whitelist has them')
    .argument('[address]', 'host:port; without it the server of the configuration')
    .option('--config <file>', 'the zoo.cfg of a server on this machine', USUAL_CONFIG)
    .option('--tls', 'a named server by TLS, with the key and trust of that configuration')
    .option('--timeout <ms>', 'how long to wait', '5000')
    .addHelpText('after', EXAMPLES)
    .action(ask);
  return runTool(program, words);
}

async function ask(word: string, address: string | undefined, options: AskOptions): Promise<void> {
  if (!/^[a-z0-9]{4}$/.test(word)) throw usage(`${word} has not four letters`);
  const timeoutMs = Number(options.timeout);
  if (!(timeoutMs > 0)) throw usage(`--timeout ${options.timeout}: milliseconds are wanted`);
  const { config, tls: isTls = false } = options;
  const target =
    address === undefined ? await readOwnAddress(config) : parseAddress(address, isTls);
  const tls = target.isSecure ? await readTls(config) : undefined;
  let text: string;
  try {
    text = await askWord({ ...target, word, timeoutMs, tls });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const reason = isSystemError(error) ? error.code : error.message;
    throw new ToolError(`${target.host}:${target.port} does not answer ${word} (${reason}).`);
  }
  if (text === '') throw new ToolError(`${target.host}:${target.port} ended without an answer.`);
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  if (REFUSALS.some((refusal) => refusal.test(text))) throw new ToolError(REFUSED);
}

async function readOwnAddress(configFile: string): Promise<ClientAddress> {
  const { config } = await refuseBadConfig(ToolExit.failed, () => readConfiguration(configFile));
  const address = ownClientAddress(config);
  if (address === null) throw new ToolError(`${configFile}: there is no port for clients.`);
  return address;
}

function readTls(configFile: string) {
  return refuseBadConfig(ToolExit.failed, () => ownTls(readConfiguration(configFile).config));
}

function parseAddress(text: string, isSecure: boolean): ClientAddress {
  const [, bracketed, bare = '', port = ''] = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
  const host = bracketed ?? bare;
  if (host === '' || Number(port) > 65_535) throw usage(`${text}: host:port is wanted`);
  return { host, port: Number(port), isSecure };
}

function usage(message: string): ToolError {
  return new ToolError(`${message}.`, ToolExit.usage);
}
