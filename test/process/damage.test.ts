import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Op, RawClient } from '../interop/raw-client.ts';
import { createBody, pathBody, readValue, setBody } from './recording-writer.ts';
import { makeDataDir, missingServer, ServerProcess } from './server-process.ts';

const SETS = 300;
const LOG_HEADER_BYTES = 16;
const RECORD_HEAD_BYTES = 12;

const EXIT_DATA_DIRECTORY = 3;

const directoryOf = (dataDir: string): string => path.join(dataDir, 'version-2');

const zxidIn = (name: string): number => Number.parseInt(name.split('.')[1] ?? '', 16);

/** Files whose names begin so, the newest last. */
const filesOf = (dataDir: string, prefix: string): string[] =>
  readdirSync(directoryOf(dataDir))
    .filter((name) => name.startsWith(prefix))
    .sort((a, b) => zxidIn(a) - zxidIn(b))
    .map((name) => path.join(directoryOf(dataDir), name));

const newest = (dataDir: string, prefix: string): string =>
  filesOf(dataDir, prefix).at(-1) ?? assert.fail(`no ${prefix}`);

function change(file: string, edit: (bytes: Buffer) => Buffer | undefined): void {
  const bytes = readFileSync(file);
  writeFileSync(file, edit(bytes) ?? bytes);
}

const flipMiddle = (file: string): void =>
  change(file, (bytes) => {
    const at = Math.floor(recordsOf(bytes).end / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    return bytes;
  });

/** Where the whole records of a log end and where the last of them begins. */
function recordsOf(bytes: Buffer): { last: number; end: number } {
  if (bytes.subarray(0, 4).toString() !== 'ZKLG') return { last: 0, end: bytes.length };
  let last = LOG_HEADER_BYTES;
  let end = LOG_HEADER_BYTES;
  while (end + RECORD_HEAD_BYTES <= bytes.length && bytes.readInt32BE(end + 8) > 0) {
    last = end;
    end += RECORD_HEAD_BYTES + bytes.readInt32BE(end + 8) + 1;
  }
  return { last, end };
}

/** A directory that a server has filled and left in good order, /n being set SETS times. */
async function filledDirectory(t: TestContext): Promise<string> {
  const dataDir = makeDataDir(t);
  const server = await ServerProcess.start({ dataDir });
  const client = await RawClient.connect(server.port);
  await client.must(Op.create, createBody('/n', '0'));
  for (let i = 1; i <= SETS; i++) client.send(Op.setData, setBody('/n', String(i)));
  for (let i = 1; i <= SETS; i++) assert.equal((await client.nextReply())?.err, 0);
  await client.close();
  assert.equal((await server.stop()).code, 0, server.output);
  return dataDir;
}

async function refusalOf(dataDir: string): Promise<string> {
  const server = await ServerProcess.spawn({ dataDir });
  const { code } = await server.ended;
  assert.equal(code, EXIT_DATA_DIRECTORY, server.output);
  const [line = '', ...more] = server.output.split('\n').filter((each) => !each.includes(' ['));
  assert.ok(
    more.every((each) => each === ''),
    `one sentence is enough: ${server.output}`,
  );
  return line;
}

async function startsWithAll(t: TestContext, dataDir: string): Promise<string> {
  const server = await ServerProcess.start({ dataDir });
  t.after(() => server.kill());
  const client = await RawClient.connect(server.port);
  const { value, version } = readValue(await client.must(Op.getData, pathBody('/n')));
  assert.deepEqual([value, version], [SETS, SETS]);
  await client.close();
  assert.equal((await server.stop()).code, 0, server.output);
  return server.output;
}

test('damage: a bit flipped in the middle of a log → refused, with file, offset and reason', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const dataDir = await filledDirectory(t);
  const file = newest(dataDir, 'log.');
  flipMiddle(file);
  const before = readFileSync(file);
  const refusal = await refusalOf(dataDir);
  const name = path.basename(file).replace('.', '\\.');
  assert.match(refusal, new RegExp(`${name}, offset [1-9]\\d*: .*checksum does not match`));
  assert.deepEqual(readFileSync(file), before, 'a refused file must stay as it was');
});

test('damage: the end of a log that was synced is cut off → refused', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const dataDir = await filledDirectory(t);
  const file = newest(dataDir, 'log.');
  change(file, (bytes) => bytes.subarray(0, recordsOf(bytes).last - 3));
  assert.match(await refusalOf(dataDir), /log\.\w+, offset [1-9]\d*: .*synced/);
});

test('damage: half a record after the synced ones → starts, with a warning and all data', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const dataDir = await filledDirectory(t);
  change(newest(dataDir, 'log.'), (bytes) => {
    const { last, end } = recordsOf(bytes);
    const half = bytes.subarray(last, Math.floor((last + end) / 2));
    return Buffer.concat([bytes.subarray(0, end), half]);
  });
  assert.match(await startsWithAll(t, dataDir), /\[WARN\] log\.\w+: torn tail at [1-9]\d*/);
  assert.doesNotMatch(await startsWithAll(t, dataDir), /torn/);
});

test('damage: the newest snapshot → the older one and the logs give the same data', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const dataDir = await filledDirectory(t);
  await startsWithAll(t, dataDir);
  assert.equal(filesOf(dataDir, 'snapshot.').length, 2);
  const snapshot = newest(dataDir, 'snapshot.');
  flipMiddle(snapshot);
  const name = path.basename(snapshot).replace('.', '\\.');
  assert.match(await startsWithAll(t, dataDir), new RegExp(`\\[WARN\\] ${name}: not used: at \\d`));
});

test('damage: every snapshot → refused, with file and reason', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const dataDir = await filledDirectory(t);
  await startsWithAll(t, dataDir);
  for (const file of filesOf(dataDir, 'snapshot.')) flipMiddle(file);
  assert.match(
    await refusalOf(dataDir),
    /snapshot\.\w+, offset \d+: .*no snapshot could be loaded/,
  );
});

test('damage: synced logs are empty → refused, with the first of them', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const dataDir = await filledDirectory(t);
  for (const file of filesOf(dataDir, 'log.')) change(file, () => Buffer.alloc(0));
  assert.match(await refusalOf(dataDir), /log\.1, offset 0: .*synced/);
});
