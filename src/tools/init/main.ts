/** `zooid init`: the files of a server or of an ensemble, written where there are none yet. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { makeDirectory } from '../files/make-directory.ts';
import { runTool } from '../run-tool.ts';
import { ToolError } from '../tool-error.ts';
import { type InitOptions, planMembers } from './members.ts';
import { describeNextSteps } from './next-steps.ts';
import { planFiles } from './plan-files.ts';

const EXAMPLES = `
Examples:
  zooid init                                   one server on this machine
  zooid init --servers 3 --local               an ensemble to try out on this machine
  zooid init --servers a,b,c --tls             an ensemble on three hosts
  zooid init --servers 'a:2888:3888;2181,b:2888:3888;2181,c:2888:3888:observer;2181'`;

export function main(words: readonly string[]): Promise<number> {
  const program = new Command('zooid init')
    .description('Writes zoo.cfg, myid and certificates for a server or an ensemble.')
    .option('--dir <folder>', 'where to write', './ensemble')
    .option('--servers <list>', 'the hosts, as in server.N lines, or with --local how many')
    .option('--local', 'all on this machine, which alone they serve')
    .option('--base-port <port>', 'with --local or one server: all ports follow this one')
    .option(
      '--home <folder>',
      'where the folder of a member will lie on its host',
      '/var/lib/zooid',
    )
    .option('--tls', 'only TLS, with a certificate authority of their own')
    .addHelpText('after', EXAMPLES)
    .action((options: InitOptions) => init(options));
  return runTool(program, words);
}

async function init(options: InitOptions): Promise<void> {
  const { tls: isTls = false, local: isLocal = false } = options;
  const dir = resolve(options.dir);
  const plan = await planMembers(options);
  const { files, warnings } = await planFiles(plan, dir, isTls);
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    throw new ToolError(`${dir} is not empty: move it away, or name another place with --dir.`);
  }
  for (const { folder } of plan.members) makeDirectory(`${folder}/data`, { mode: 0o700 });
  for (const { path, text, isSecret = false } of files) {
    makeDirectory(dirname(path));
    writeFileSync(path, text, { flag: 'wx', encoding: 'latin1', mode: isSecret ? 0o600 : 0o644 });
  }
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  process.stdout.write(describeNextSteps({ plan, dir, isTls, isLocal }));
}
