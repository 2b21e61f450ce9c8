import type { NodeCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';
import { checkPath } from '../path-check.ts';
import { usageOf } from '../usage.ts';

const MODES = { PERSISTENT: 'persistent', PERSISTENT_RECURSIVE: 'persistentRecursive' } as const;
const DEFAULT_MODE: keyof typeof MODES = 'PERSISTENT_RECURSIVE';
const NAMES = Object.keys(MODES).join(', ');

export const addWatch: NodeCommand = {
  kind: 'node',
  name: 'addWatch',
  form: `[-m mode] path # optional mode is one of [${NAMES}] - default is ${DEFAULT_MODE}`,
  flags: [{ name: 'm', hasValue: true, meaning: 'mode' }],
  async run({ zk, words, given, watches }) {
    const [path] = words;
    const name = (given.value('m') ?? DEFAULT_MODE).toUpperCase();
    if (path === undefined || words.length > 1 || !isMode(name)) {
      throw new CommandLineError(usageOf(addWatch));
    }
    checkPath(path);
    await zk.addWatch(path, watches.persistent, { mode: MODES[name] });
  },
};

function isMode(name: string): name is keyof typeof MODES {
  return Object.hasOwn(MODES, name);
}
