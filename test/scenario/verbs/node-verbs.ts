/**
 * Verbs about nodes; the client comes first, then the path.
 *
 *   create a /x data=1 -e -s         -e ephemeral, -s sequential, -c container, ttl=500; -two is
 *                                    create2, acl=read or acl=digest:user:pass
 *   delete a /x version=0
 *   set a /x data=2 version=0
 *   setacl a /x acl=read
 *   get a /x -w                      -w leaves a watch
 *   exists a /x -w
 *   ls a /x -w
 *   getacl a /x
 *   sync a /x
 *   multi a create /x | set /y data=1 | check /z version=3 | delete /w
 */
import { OpCode } from '../../../src/protocol/op-code.ts';
import type { AclList } from '../../../src/protocol/records/acl.ts';
import { toyDigest } from '../../../src/sim/access.ts';
import type {
  CreateOpCode,
  PartAsk,
  WatchedReadKind,
} from '../../../src/sim/clients/client-request.ts';
import { type Asker, type Line, parseLine, type Verb, type VerbTable, wordAt } from '../verb.ts';

const ANYONE = { scheme: 'world', id: 'anyone' };

function aclOf(text: string | undefined): AclList {
  if (text === undefined) return [{ perms: 31, id: ANYONE }];
  if (text === 'read') return [{ perms: 1, id: ANYONE }];
  if (!text.startsWith('digest:')) throw new Error(`no acl ${text}`);
  return [{ perms: 31, id: { scheme: 'digest', id: toyDigest(text.slice('digest:'.length)) } }];
}

function dataOf({ options }: Line): Uint8Array | null {
  const data = options.get('data');
  return data === undefined ? null : Buffer.from(data);
}

function flagsOf({ flags }: Line): number {
  return (flags.has('e') ? 1 : 0) + (flags.has('s') ? 2 : 0);
}

/** What a line asks for, without the client's name. */
function partOf(line: Line): PartAsk {
  const path = wordAt(line, 0);
  const version = Number(line.options.get('version') ?? -1);
  switch (line.verb) {
    case 'create': {
      const ttl = Number(line.options.get('ttl') ?? -1);
      const acl = aclOf(line.options.get('acl'));
      const rest = { path, data: dataOf(line), acl, ttl };
      return { kind: 'create', ...createType(line), ...rest };
    }
    case 'delete':
      return { kind: 'delete', path, version };
    case 'set':
      return { kind: 'setData', path, data: dataOf(line), version };
    case 'check':
      return { kind: 'check', path, version };
    default:
      throw new Error(`no part ${line.verb}`);
  }
}

function createType(line: Line): { type: CreateOpCode; flags: number } {
  if (line.flags.has('c')) return { type: OpCode.createContainer, flags: 4 };
  if (line.options.has('ttl')) return { type: OpCode.createTtl, flags: 5 };
  return { type: line.flags.has('two') ? OpCode.create2 : OpCode.create, flags: flagsOf(line) };
}

const write =
  (verb: string): Verb<Asker> =>
  ({ run, words, flags, options }) => {
    const part = partOf({ verb, words: words.slice(1), flags, options });
    if (part.kind === 'check') throw new Error('check is a part of a multi');
    run.send(wordAt({ words }, 0), part);
  };

const read =
  (kind: WatchedReadKind): Verb<Asker> =>
  ({ run, words, flags }) =>
    run.send(wordAt({ words }, 0), { kind, path: wordAt({ words }, 1), watch: flags.has('w') });

const readPath =
  (kind: 'getAcl' | 'sync'): Verb<Asker> =>
  ({ run, words }) =>
    run.send(wordAt({ words }, 0), { kind, path: wordAt({ words }, 1) });

export const nodeVerbs: VerbTable<Asker> = {
  create: write('create'),
  delete: write('delete'),
  set: write('set'),
  get: read('getData'),
  exists: read('exists'),
  ls: read('getChildren'),
  getacl: readPath('getAcl'),
  sync: readPath('sync'),
  setacl({ run, words, options }) {
    const acl = aclOf(options.get('acl'));
    run.send(wordAt({ words }, 0), {
      kind: 'setAcl',
      path: wordAt({ words }, 1),
      acl,
      version: -1,
    });
  },
};

/** The only line that is not a list of words: its parts are divided by `|`. */
export function multiParts(text: string): PartAsk[] {
  return text.split('|').map((part) => partOf(parseLine(part)));
}
