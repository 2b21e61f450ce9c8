/** What the Tab key offers: commands, their flags, and paths of the tree. */
import { parentPath } from '../base/path-rules.ts';
import type { ZooKeeper } from '../client/index.ts';
import { COMMANDS, findCommand } from './command-table.ts';
import { writtenFlag } from './flags.ts';
import { childPath } from './subtree.ts';

/** A server that does not answer must not hold the line up. */
const TIMEOUT_MS = 3000;

/** The endings that fit, and the word that they stand in place of. */
export type Completion = [candidates: string[], word: string];

export async function complete(line: string, zk: ZooKeeper | undefined): Promise<Completion> {
  const word = /\S*$/.exec(line)?.[0] ?? '';
  const before = line.slice(0, line.length - word.length).trim();
  if (before === '') return [commandsLike(word), word];
  if (word.startsWith('/')) return [await pathsLike(word, zk), word];
  const [name = ''] = before.split(/\s+/);
  if (word.startsWith('-')) return [flagsLike(name, word), word];
  if (name === 'help') return [commandsLike(word), word];
  return [[], word];
}

function commandsLike(word: string): string[] {
  const names = COMMANDS.map(({ name }) => name).filter((name) => name.startsWith(word));
  return names.sort().map((name) => `${name} `);
}

function flagsLike(name: string, word: string): string[] {
  const command = findCommand(name);
  if (command?.kind !== 'node') return [];
  const flags = (command.flags ?? []).map(writtenFlag);
  return flags.filter((flag) => flag.startsWith(word)).map((flag) => `${flag} `);
}

/** Of a node with children whose path is complete: what lies below. */
async function pathsLike(word: string, zk: ZooKeeper | undefined): Promise<string[]> {
  if (zk?.isConnected !== true) return [];
  const parent = parentPath(word);
  const children = await childrenWithin(zk, parent);
  const paths = children
    .map((name) => childPath(parent, name))
    .filter((path) => path.startsWith(word));
  if (paths.length !== 1 || paths[0] !== word) return paths.sort();
  const below = await childrenWithin(zk, word);
  return below.length === 0 ? paths : below.map((name) => childPath(word, name)).sort();
}

/** None where they cannot be had: a completion is no place to say why. */
async function childrenWithin(zk: ZooKeeper, path: string): Promise<string[]> {
  return zk.getChildren(path, { timeoutMs: TIMEOUT_MS }).catch(() => []);
}
