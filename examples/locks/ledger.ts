/**
 * The ledger: the resource that the locks protect. It has no locking of its own: whoever appends says
 * which number and which balance the entry has. All it does is to refuse a token that is lower than
 * one it has seen. Everything is in a file before it is answered, so that it may be killed.
 *
 * A reader's token must not be lower than that of a writer; a writer's not lower than any. Already to
 * ask for the head counts as writing: otherwise the entry of a holder that was paused could slip in
 * between another one's reading and its writing.
 */
import { appendFileSync } from 'node:fs';
import { fileLines } from '../frame/file-lines.ts';
import { serveLines } from '../frame/line-server.ts';
import { report, words } from '../frame/part.ts';
import {
  type Entry,
  type LedgerAnswer,
  type LedgerRequest,
  ledgerFile,
  ledgerSocket,
} from './ledger-access.ts';

type Fence = 'reader' | 'writer';
type Line = { readonly fence: Fence; readonly token: string } | { readonly entry: Entry };

const PAGE_ENTRIES = 20;

const { folder } = words('folder');
const file = ledgerFile(folder);
const entries: Entry[] = [];
const seen: Record<Fence, bigint> = { reader: 0n, writer: 0n };
let refusals = 0;

for (const line of fileLines(file)) apply(JSON.parse(line) as Line);

function apply(line: Line): void {
  if ('entry' in line) entries.push(line.entry);
  else seen[line.fence] = BigInt(line.token);
}

function write(line: Line): void {
  appendFileSync(file, `${JSON.stringify(line)}\n`);
  apply(line);
}

/** What is wrong with the token; nothing if it may pass. */
function refusal(fence: Fence, token: bigint): string | undefined {
  const highest = fence === 'writer' && seen.reader > seen.writer ? seen.reader : seen.writer;
  if (token < highest) return `token ${token} is too late: ${highest} was here`;
  if (token > seen[fence]) write({ fence, token: String(token) });
  return undefined;
}

function answer(request: LedgerRequest): LedgerAnswer {
  const refused = refusal(request.kind === 'page' ? 'reader' : 'writer', BigInt(request.token));
  if (refused !== undefined) {
    refusals++;
    return { refused };
  }
  if (request.kind === 'append') write({ entry: request.entry });
  if (request.kind !== 'page') return { head: entries.at(-1) ?? null };
  const page = entries.slice(request.from, request.from + PAGE_ENTRIES);
  return { page, length: entries.length };
}

function tell(): void {
  const { balance = 0 } = entries.at(-1) ?? {};
  const status = `${entries.length} entries, balance ${balance}, refused ${refusals}`;
  void report({ status, count: entries.length });
}

await serveLines(ledgerSocket(folder), (request) => {
  const answered = answer(request as LedgerRequest);
  tell();
  return answered;
});
tell();
