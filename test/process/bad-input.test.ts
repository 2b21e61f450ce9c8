import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import {
  connectBody,
  int,
  Op,
  parseReply,
  RawClient,
  RawConnection,
} from '../interop/raw-client.ts';
import { type MalformedInput, malformedInputs } from './malformed-frames.ts';
import { createBody, pathBody, readStrings, readValue, setBody } from './recording-writer.ts';
import { makeDataDir, missingServer, ServerProcess } from './server-process.ts';

/** Generous for a busy machine; what is quadratic takes minutes. */
const ANSWER_MS_MAX = 3_000;

/** One server and one well-behaved client for all of the table. */
interface Stage {
  readonly server: ServerProcess;
  readonly client: RawClient;
  sets: number;
}

let stage: Stage | undefined;
const cleanUps: (() => void)[] = [];

before(async () => {
  if (missingServer() !== undefined) return;
  const dataDir = makeDataDir({ after: (end) => cleanUps.push(end) });
  const server = await ServerProcess.start({ dataDir, env: { ZOOID_LOG_LEVEL: 'debug' } });
  const client = await RawClient.connect(server.port, { timeOut: 60_000 });
  await client.must(Op.create, createBody('/n', '0'));
  stage = { server, client, sets: 0 };
});

after(async () => {
  await stage?.server.kill();
  for (const end of cleanUps) end();
});

/** Sends the bytes; the error codes of the replies until the end, or until a ping is answered. */
async function provoke(
  server: ServerProcess,
  input: MalformedInput,
): Promise<{ errors: number[]; isClosed: boolean }> {
  const connection = await RawConnection.open(server.port);
  if (input.isFirst === undefined) {
    connection.sendFrame(connectBody());
    assert.ok(await connection.nextFrame(), 'no session');
  }
  connection.write(input.bytes);
  if (input.isFirst === undefined) connection.sendFrame(Buffer.concat([int(-2), int(Op.ping)]));
  const errors: number[] = [];
  for (;;) {
    const frame = await connection.nextFrame();
    if (frame === undefined) return { errors, isClosed: true };
    const { xid, err } = parseReply(frame);
    if (xid === -2) {
      connection.destroy();
      return { errors, isClosed: false };
    }
    errors.push(err);
  }
}

async function othersAreServed(running: Stage): Promise<void> {
  const value = ++running.sets;
  await running.client.must(Op.setData, setBody('/n', String(value)));
  const read = readValue(await running.client.must(Op.getData, pathBody('/n')));
  assert.deepEqual(read, { value, version: value });
}

function skipWithoutServer(t: TestContext): Stage | undefined {
  if (stage === undefined) t.skip(missingServer() ?? 'the server did not start');
  return stage;
}

for (const input of malformedInputs) {
  const outcome = input.reason === undefined ? input.errors.join(' ') : 'closed, alone';
  test(`bad input: ${input.name} → ${outcome}`, async (t) => {
    const running = skipWithoutServer(t);
    if (running === undefined) return;
    const logAt = running.server.output.length;
    const startedMs = performance.now();
    const { errors, isClosed } = await provoke(running.server, input);
    assert.ok(performance.now() - startedMs < ANSWER_MS_MAX, 'everybody had to wait');
    assert.deepEqual(errors, input.errors);
    assert.equal(isClosed, input.reason !== undefined);
    if (input.reason !== undefined) {
      await running.server.sees('connection closed', logAt);
      const line = running.server.output.slice(logAt);
      const [, reason = ''] = /connection closed reason=("[^"]*"|\S+)/.exec(line) ?? [];
      assert.match(reason, input.reason);
      assert.doesNotMatch(reason, /closed by client/);
    }
    await othersAreServed(running);
  });
}

test('bad input: all of it → no transaction has reached the tree', async (t) => {
  const running = skipWithoutServer(t);
  if (running === undefined) return;
  const listed = await running.client.must(Op.getChildren, pathBody('/'));
  assert.deepEqual(readStrings(listed.body).sort(), ['n', 'zookeeper']);
});

test('bad input: all of it → the log can be replayed, and the stop is clean', async (t) => {
  const running = skipWithoutServer(t);
  if (running === undefined) return;
  const { code } = await running.server.stop();
  assert.equal(code, 0, running.server.output);
  const { dataDir } = running.server;
  const next = await ServerProcess.start({ dataDir });
  t.after(() => next.kill());
  assert.doesNotMatch(next.output, /WARN|ERROR/);
  const client = await RawClient.connect(next.port);
  const read = readValue(await client.must(Op.getData, pathBody('/n')));
  assert.deepEqual(read, { value: running.sets, version: running.sets });
});
