/**
 * What a reconfiguration must become: the lines of the configuration, from the request and the lines
 * before it. Written down once more, without the server's own reading of either.
 */
import { ErrorCode } from '../../protocol/error-code.ts';
import { OpCode } from '../../protocol/op-code.ts';
import { SUPER, toyDigest } from '../access.ts';
import type { ReconfigAsk } from '../clients/client-request.ts';
import type { LoggedTxn } from '../disk/log-records.ts';

export interface ReconfigFacts {
  readonly logged: LoggedTxn;
  readonly ids: readonly string[];
  /** The text of the configuration before it. */
  readonly former: string;
}

const RIGHT = `digest:${toyDigest(SUPER)}`;
/** Whether they are right depends on who is connected, or on what is under way. */
const REFUSALS: ReadonlySet<number> = new Set([
  ErrorCode.NewConfigNoQuorum,
  ErrorCode.ReconfigInProgress,
  ErrorCode.BadVersion,
  ErrorCode.BadArguments,
  ErrorCode.MarshallingError,
]);

/** What is wrong with it, or null. */
export function judgeReconfig(ask: ReconfigAsk, facts: ReconfigFacts): string | null {
  const { logged, ids, former } = facts;
  const { txn, zxid } = logged;
  const mayDo = ids.includes(RIGHT);
  if (txn.type === OpCode.error) {
    const { err } = txn.body;
    if (REFUSALS.has(err) || (err === ErrorCode.NoAuth && !mayDo)) return null;
    return `refused with ${err}`;
  }
  if (txn.type !== OpCode.reconfig) return `became a txn of type ${txn.type}`;
  if (!mayDo) return 'done for who may not';
  if (ask.curConfigId !== -1) return 'done for another version';
  const lines = linesOf(txn.body.data);
  if (lines.get('version') !== zxid.toString(16)) return `its version is ${lines.get('version')}`;
  lines.delete('version');
  const before = given(former.replaceAll('\n', ','));
  before.delete('version');
  const wanted = ask.newMembers === null ? changed(before, ask) : given(ask.newMembers);
  const missing = [...wanted].find(([key, value]) => lines.get(key) !== value);
  if (missing !== undefined) return `${missing.join('=')} became ${lines.get(missing[0])}`;
  const extra = [...lines.keys()].find((key) => !wanted.has(key));
  return extra === undefined ? null : `${extra} is there`;
}

function linesOf(data: Uint8Array | null): Map<string, string> {
  return given(String.fromCharCode(...(data ?? [])).replaceAll('\n', ','));
}

/** By their keys. Groups are the same in any order of their servers. */
function given(text: string): Map<string, string> {
  const lines = text.split(',').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const [key = '', value = ''] = line.split('=');
      return [key, key.startsWith('group') ? value.split(':').sort().join(':') : value];
    }),
  );
}

function changed(before: ReadonlyMap<string, string>, ask: ReconfigAsk): Map<string, string> {
  const wanted = new Map(before);
  const leaving = (ask.leavingServers ?? '').split(',');
  for (const sid of leaving) wanted.delete(`server.${sid}`);
  for (const [key, value] of given(ask.joiningServers ?? '')) wanted.set(key, value);
  return wanted;
}
