import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientConnection } from '../../../src/core/requests/client-connection.ts';
import { ConnectionOutput } from '../../../src/core/requests/connection-output.ts';
import { ServerStats } from '../../../src/core/requests/connection-stats.ts';

function connect(output: ConnectionOutput, id: number): ClientConnection {
  const host = {
    stats: new ServerStats(),
    maySee: () => true,
    outputOf: (each: ClientConnection) => output.outputOf(each),
  };
  const remote = { address: '10.0.0.1', port: id };
  return new ClientConnection(host, { id, remote, frameBytesMax: 100, nowWallMs: 0 });
}

test('output: several replies of one turn → one buffer, and the connection is dirty once', () => {
  const output = new ConnectionOutput();
  const one = connect(output, 1);
  const two = connect(output, 2);
  output.outputOf(one).int(1);
  output.outputOf(two).int(2);
  output.outputOf(one).int(3);
  assert.deepEqual(output.takeDirty(), [one, two]);
  assert.deepEqual(output.takeDirty(), []);
  assert.equal(one.output?.at, 8);
});

test('output: released → its buffer, emptied, is the next that is needed', () => {
  const output = new ConnectionOutput();
  const one = connect(output, 1);
  const writer = output.outputOf(one);
  writer.int(7);
  output.release(one);
  assert.equal(one.output, null);
  const two = connect(output, 2);
  assert.equal(output.outputOf(two), writer);
  assert.equal(writer.at, 0);
});

test('output: a buffer that one reply has blown up beyond all limits → is not kept', () => {
  const output = new ConnectionOutput();
  const one = connect(output, 1);
  const large = output.outputOf(one);
  large.buffer(new Uint8Array(5_000_000));
  output.release(one);
  assert.ok(output.outputOf(one) !== large);
});

test('output: a buffer that was given away → is not used again', () => {
  const output = new ConnectionOutput();
  const one = connect(output, 1);
  const given = output.outputOf(one);
  one.output = null;
  output.release(one);
  assert.ok(output.outputOf(one) !== given);
});

test('output: touched without a byte → dirty all the same, so that it can be closed', () => {
  const output = new ConnectionOutput();
  const one = connect(output, 1);
  output.touch(one);
  assert.deepEqual(output.takeDirty(), [one]);
  assert.equal(one.output?.at, 0);
});
