/**
 * runScenario: from a script to its trace. A script file is
 *
 *   # What happens, in one sentence.
 *   option globalOutstandingLimit=1
 *   connect a
 *   create a /x data=1
 *   -----
 *   > connect a
 *   log 0x1 session=0x… cxid=0 CreateSessionTxn{timeOut=6000}
 *   …
 *
 * Below the line is what the server did, command by command. `npm test -- --rewrite` writes that
 * part anew; a change of it needs an explanation.
 */
import { REQUEST_OPTIONS, serverOptions, withOption } from './scenario-options.ts';
import { ScenarioServer } from './scenario-server.ts';
import { parseLine, type VerbTable } from './verb.ts';
import { connectionVerbs } from './verbs/connection-verbs.ts';
import { machineVerbs } from './verbs/machine-verbs.ts';
import { multiParts, nodeVerbs } from './verbs/node-verbs.ts';
import { watchVerbs } from './verbs/watch-verbs.ts';

const VERBS: VerbTable = { ...connectionVerbs, ...nodeVerbs, ...watchVerbs, ...machineVerbs };
const DIVIDER = '-----';

export interface Scenario {
  readonly script: string;
  /** Empty when it was never written. */
  readonly trace: string;
}

export function readScenario(text: string): Scenario {
  const [script = '', trace = ''] = text.split(`\n${DIVIDER}\n`);
  return { script: script.trimEnd(), trace };
}

export function writeScenario({ script, trace }: Scenario): string {
  return `${script}\n${DIVIDER}\n${trace}`;
}

export function runScenario(script: string): string {
  const lines = script.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const isOption = (line: string) => line.startsWith('option ');
  let requests = REQUEST_OPTIONS;
  for (const line of lines.filter(isOption)) {
    for (const [name, value] of parseLine(line).options) {
      requests = withOption(requests, name, value);
    }
  }
  const run = new ScenarioServer(serverOptions(requests));
  const trace: string[] = [];
  for (const line of lines.filter((each) => !isOption(each))) {
    runLine(run, line);
    trace.push(`> ${line}`, ...run.trace);
    run.trace.length = 0;
  }
  return `${trace.join('\n')}\n`;
}

function runLine(run: ScenarioServer, text: string): void {
  const multi = /^multi (\S+) (.*)$/.exec(text);
  if (multi !== null) {
    const [, name = '', parts = ''] = multi;
    return run.send(name, { kind: 'multi', parts: multiParts(parts) });
  }
  const line = parseLine(text);
  const verb = VERBS[line.verb];
  if (verb === undefined) throw new Error(`no verb ${line.verb}`);
  verb({ run, ...line });
}
