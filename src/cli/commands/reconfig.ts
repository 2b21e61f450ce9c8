import { readFileSync } from 'node:fs';
import { parsePropertiesText } from '../../base/properties-text.ts';
import type { ConfigChange } from '../../client/index.ts';
import type { NodeCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';
import type { GivenWords } from '../flags.ts';
import { statLines } from '../stat-text.ts';
import { usageOf } from '../usage.ts';

export const reconfig: NodeCommand = {
  kind: 'node',
  name: 'reconfig',
  form:
    '[-s] [-v version] [[-file path] | [-members serverID=host:port1:port2;port3[,...]*]] | ' +
    '[-add serverId=host:port1:port2;port3[,...]]* [-remove serverId[,...]*]',
  flags: [
    { name: 's', meaning: 'stats' },
    { name: 'v', hasValue: true, meaning: 'required current config version' },
    { name: 'file', hasValue: true, meaning: 'path of config file to parse for membership' },
    { name: 'members', hasValue: true, meaning: 'config strings for non-incremental reconfig' },
    { name: 'add', hasValue: true, meaning: 'config strings for new servers' },
    { name: 'remove', hasValue: true, meaning: 'server IDs to remove' },
  ],
  async run({ zk, given, print }) {
    const { data, stat } = await zk.reconfig(changeOf(given));
    print(`Committed new configuration:\n${new TextDecoder().decode(data)}`);
    if (given.has('s')) print(statLines(stat).join('\n'));
  },
};

function changeOf(given: GivenWords): ConfigChange {
  const isWhole = given.has('file') || given.has('members');
  const isStep = given.has('add') || given.has('remove');
  if (!isWhole && !isStep) throw new CommandLineError(usageOf(reconfig));
  const fromConfig = given.has('v') ? versionNumber(given.value('v') ?? '') : undefined;
  if (isWhole && isStep) {
    const why = '(mixing incremental and non-incremental modes is not allowed)';
    throw new CommandLineError(`Can't use -file or -members together with -add or -remove ${why}`);
  }
  if (given.has('file') && given.has('members')) {
    const why = '(conflicting non-incremental modes)';
    throw new CommandLineError(`Can't use -file and -members together ${why}`);
  }
  const file = given.value('file');
  return {
    joining: given.value('add')?.toLowerCase(),
    leaving: given.value('remove')?.toLowerCase(),
    members: file === undefined ? given.value('members')?.toLowerCase() : membersOf(file),
    fromConfig,
  };
}

/** Compat: a version of a configuration is hexadecimal. */
function versionNumber(text: string): bigint {
  if (/^[0-9a-f]{1,15}$/i.test(text)) return BigInt(`0x${text}`);
  throw new CommandLineError('-v must be followed by a long (configuration version)');
}

/** The `server.` lines of a dynamic configuration; what they say is for the leader to judge. */
function membersOf(file: string): string {
  let properties: Map<string, string>;
  try {
    properties = parsePropertiesText(readFileSync(file, 'utf8'));
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = isMissing ? `${file} (No such file or directory)` : String(error);
    throw new CommandLineError(`Error processing ${file}${reason}`);
  }
  const members = [...properties].filter(([key]) => key.startsWith('server.'));
  if (members.length === 0)
    throw new CommandLineError(`Error processing ${file}: no server is in it`);
  return members.map(([key, value]) => `${key}=${value}`).join(',');
}
