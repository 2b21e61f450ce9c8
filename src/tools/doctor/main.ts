/**
 * `zooid doctor`: a configuration, its machine and its peers, looked at before something goes wrong.
 * Exit code 0 when all is well, 1 when something is to be looked at, 2 when something is to be
 * repaired before the server can run.
 */
import { Command, InvalidArgumentError } from 'commander';
import { ToolExit } from '../../base/tool-exit.ts';
import { ConfigError } from '../../server/config/config-error.ts';
import { type Configuration, readConfiguration, USUAL_CONFIG } from '../configuration.ts';
import { runTool } from '../run-tool.ts';
import { checkClocks } from './checks/clock-check.ts';
import { checkConfig } from './checks/config-check.ts';
import { checkData } from './checks/data-check.ts';
import { checkDisk } from './checks/disk-check.ts';
import { checkFiles } from './checks/files-check.ts';
import { checkPeers } from './checks/peers-check.ts';
import { checkPorts } from './checks/ports-check.ts';
import { checkRuntime } from './checks/runtime-check.ts';
import { checkTls } from './checks/tls-check.ts';
import { type Area, type Finding, verdictOf } from './finding.ts';
import { reportJson, reportText } from './report.ts';

type Check = (subject: Configuration) => readonly Finding[] | Promise<readonly Finding[]>;

/** In the order of the report. */
const CHECKS: Readonly<Partial<Record<Area, Check>>> = {
  config: checkConfig,
  files: checkFiles,
  disk: checkDisk,
  ports: checkPorts,
  tls: checkTls,
  peers: checkPeers,
  clock: checkClocks,
  data: checkData,
};
const EXIT_CODES = { ok: 0, warn: 1, fail: 2 } as const;

interface DoctorOptions {
  readonly json?: boolean;
  readonly skip: readonly string[];
}

export async function main(words: readonly string[]): Promise<number> {
  const areas = Object.keys(CHECKS).join(', ');
  let exitCode: number = ToolExit.done;
  const program = new Command('zooid doctor')
    .description('Checks a configuration, its machine and its peers; changes nothing.')
    .argument('[config]', 'a zoo.cfg', USUAL_CONFIG)
    .option('--json', 'for programs')
    .option('--skip <areas>', `not these: ${areas}`, parseAreas, [])
    .addHelpText('after', '\nExit code: 0 all is well, 1 to look at, 2 to repair.')
    .action(async (configFile: string, { json = false, skip }: DoctorOptions) => {
      const findings = await examine(configFile, skip);
      process.stdout.write(json ? reportJson(findings) : reportText(findings));
      exitCode = EXIT_CODES[verdictOf(findings)];
    });
  const toolExit = await runTool(program, words);
  return toolExit === ToolExit.done ? exitCode : toolExit;
}

function parseAreas(text: string): string[] {
  const areas = text.split(',');
  const unknown = areas.find((area) => !Object.hasOwn(CHECKS, area));
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no area ${unknown}.`);
  return areas;
}

async function examine(configFile: string, skip: readonly string[]): Promise<Finding[]> {
  const findings = checkRuntime();
  let subject: Configuration;
  try {
    subject = readConfiguration(configFile);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const advice = 'the server does not start with it: correct that first, the rest depends on it';
    const what = error.message.replace(/\.$/, '');
    return [...findings, { area: 'config', verdict: 'fail', what, advice }];
  }
  for (const [area, check] of Object.entries(CHECKS) as [Area, Check][]) {
    if (!skip.includes(area)) findings.push(...(await attempt(area, () => check(subject))));
  }
  return findings;
}

/** What cannot be looked at must not hide the rest. */
async function attempt(area: Area, check: () => ReturnType<Check>): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const advice = 'see that this user may read what the server reads';
    return [{ area, verdict: 'fail', what: `this cannot be checked: ${reason}`, advice }];
  }
}
