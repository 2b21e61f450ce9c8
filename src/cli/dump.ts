/** What `export` writes and `import` reads: JSON with data and ACLs. */
import type { Acl } from '../client/index.ts';
import { aclText, parseAcl } from './acl-text.ts';
import type { CopiedNode } from './copied-node.ts';
import { dataJson } from './json-text.ts';

const VERSION = 1;

export interface Dump {
  /** The top, under which all of them lie. */
  readonly path: string;
  /** Parents first. */
  readonly nodes: readonly CopiedNode[];
}

export function dumpText(path: string, nodes: readonly CopiedNode[]): string {
  const entries = nodes.map(({ path: at, data, acl }) => {
    const held = data === null ? { data: null } : dataJson({ data });
    return { path: at, ...held, acl: acl.map((entry) => aclText([entry])) };
  });
  const lines = entries.map((entry) => `  ${JSON.stringify(entry)}`).join(',\n');
  return `{ "version": ${VERSION}, "path": ${JSON.stringify(path)}, "nodes": [\n${lines}\n] }`;
}

/** Throws an Error that says what is wrong. */
export function parseDump(text: string): Dump {
  const dump: unknown = JSON.parse(text);
  if (!isObject(dump) || dump['version'] !== VERSION || typeof dump['path'] !== 'string') {
    throw new Error(`it is no export of version ${VERSION}`);
  }
  const { path, nodes } = dump;
  if (!Array.isArray(nodes)) throw new Error('it has no list of nodes');
  return { path, nodes: nodes.map((node: unknown) => nodeOf(node, path)) };
}

function nodeOf(node: unknown, top: string): CopiedNode {
  if (!isObject(node) || typeof node['path'] !== 'string') throw new Error('a node has no path');
  const { path, data } = node;
  const isBelow = path === top || path.startsWith(top === '/' ? '/' : `${top}/`);
  if (!isBelow) throw new Error(`${path} does not lie below ${top}`);
  if (data !== null && typeof data !== 'string') throw new Error(`${path} has no data`);
  const bytes =
    data === null ? null : Buffer.from(data, node['encoding'] === 'base64' ? 'base64' : 'utf8');
  return { path, data: bytes, acl: aclOf(node['acl'], path) };
}

function aclOf(acl: unknown, path: string): Acl[] {
  const complain = (problem: string) => {
    throw new Error(`${path}: ${problem}`);
  };
  if (!Array.isArray(acl) || acl.length === 0) throw new Error(`${path} has no acl`);
  return acl.flatMap((entry: unknown) => parseAcl(String(entry), { complain }));
}

function isObject(value: unknown): value is Record<string, unknown> & { path: string } {
  return typeof value === 'object' && value !== null;
}
