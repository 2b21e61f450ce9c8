// The election port: initial messages and notifications, in all their layouts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NO_SERVER, OBSERVER_ID } from '../../../src/base/server-id.ts';
import { JuteError } from '../../../src/protocol/jute/jute-error.ts';
import {
  encodeInitialMessage,
  encodeNotification,
  INITIAL_MESSAGE_BYTES_MAX,
  type Notification,
  readInitialMessage,
  readNotification,
  ServerState,
} from '../../../src/protocol/records/election.ts';

const V1 = 'ffffffffffff0000';
const V2 = 'ffffffffffff0001';

function initial(version: string, addresses: string): Buffer {
  const text = Buffer.from(addresses);
  const header = Buffer.alloc(20);
  header.write(version, 'hex');
  header.writeBigInt64BE(3n, 8);
  header.writeInt32BE(text.length, 16);
  return Buffer.concat([header, text]);
}

test('initial message: one address, several, IPv6 → read to their end, whatever follows', () => {
  const frames = Buffer.from('00000030', 'hex');
  const one = Buffer.concat([initial(V1, 'zk1.example:3888'), frames]);
  assert.deepEqual(readInitialMessage(one), {
    ...{ serverId: 3, addresses: [{ host: 'zk1.example', port: 3888 }] },
    length: one.length - frames.length,
  });
  const many = readInitialMessage(initial(V2, '10.0.0.1:1|[2001:db8::7]:65535|b:0'));
  assert.deepEqual(many?.addresses, [
    { host: '10.0.0.1', port: 1 },
    { host: '2001:db8::7', port: 65535 },
    { host: 'b', port: 0 },
  ]);
});

test('initial message: cut anywhere → null until it is whole', () => {
  const message = initial(V2, '10.0.0.1:3888|[::1]:3888');
  for (let length = 0; length < message.length; length++) {
    assert.equal(readInitialMessage(message.subarray(0, length)), null);
  }
  assert.equal(readInitialMessage(message)?.length, message.length);
});

test('initial message: addresses that mean every one → left out', () => {
  for (const host of ['0.0.0.0', '[::]', '[0:0:0:0:0:0:0:0]', '[::0.0.0.0]', '0', '000.0']) {
    assert.deepEqual(readInitialMessage(initial(V1, `${host}:3888`))?.addresses, [], host);
  }
  const some = readInitialMessage(initial(V2, '0.0.0.0:1|10.0.0.0:2|[::]:3|'));
  assert.deepEqual(some?.addresses, [{ host: '10.0.0.0', port: 2 }]);
  assert.deepEqual(readInitialMessage(initial(V2, '||'))?.addresses, []);
});

test('initial message: an id alone, from before 3.5 → that id and no address', () => {
  const read = (hex: string) => readInitialMessage(Buffer.from(hex, 'hex'));
  assert.deepEqual(read('000000000000000500000028'), { serverId: 5, addresses: [], length: 8 });
  assert.equal(read('0000000000000000')?.serverId, 0);
  assert.equal(read('7fffffffffffffff')?.serverId, OBSERVER_ID);
  assert.throws(() => read('7ffffffffffffffe'), JuteError);
});

test('initial message: another version, a length out of range, no address → JuteError', () => {
  for (const version of ['ffffffffffff0002', 'fffffffffffeffff', '8000000000000000']) {
    assert.throws(() => readInitialMessage(initial(version, 'a:1')), /protocol version/);
  }
  for (const length of [0, -1, 2049, 0x7fffffff]) {
    const message = initial(V1, 'a:1');
    message.writeInt32BE(length, 16);
    assert.throws(() => readInitialMessage(message), /buffer length/);
  }
  const bad = ['a', 'a:', ':1', 'a:b', 'a:1:2', '::1:3', '[::1]', '[::1:3', 'a:65536', 'a:1||b:2'];
  for (const text of bad) {
    assert.throws(() => readInitialMessage(initial(V2, text)), /Badly formed address/, text);
  }
});

const hosts = fc.oneof(
  fc.domain(),
  fc.ipV4().filter((host) => !/^[0.]+$/.test(host)),
  fc.ipV6().filter((host) => !/^[0:.]+$/.test(host)),
);
const addresses = fc.record(
  { host: hosts, port: fc.nat({ max: 65535 }) },
  { noNullPrototype: true },
);
const serverIds = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(NO_SERVER, OBSERVER_ID));

test('initial message: any addresses → read as they were written', () => {
  const lists = fc.array(addresses, { minLength: 1, maxLength: 7 });
  fc.assert(
    fc.property(serverIds, lists, (serverId, listed) => {
      const isMultiAddress = listed.length > 1;
      const bytes = encodeInitialMessage({ serverId, addresses: listed, isMultiAddress });
      assert.deepEqual(readInitialMessage(bytes), {
        ...{ serverId, addresses: listed, length: bytes.length },
      });
    }),
  );
  const two = [0, 1].map((port) => ({ host: 'a', port }));
  assert.throws(
    () => encodeInitialMessage({ serverId: 1, addresses: two, isMultiAddress: false }),
    /one address/,
  );
});

test('initial message: random bytes → a message, more wanted below the bound, or JuteError', () => {
  const starts = fc.constantFrom('', V1, V2, `${V1}0000000000000001000000`);
  fc.assert(
    fc.property(starts, fc.uint8Array({ maxLength: 2200, size: 'max' }), (start, rest) => {
      const bytes = Buffer.concat([Buffer.from(start, 'hex'), rest]);
      try {
        const message = readInitialMessage(bytes);
        if (message === null) assert.ok(bytes.length < INITIAL_MESSAGE_BYTES_MAX);
        else assert.ok(message.length <= bytes.length);
      } catch (error) {
        if (!(error instanceof JuteError)) throw error;
      }
    }),
    { numRuns: 500 },
  );
});

const vote: Notification = {
  ...{ state: ServerState.FOLLOWING, leader: 3, zxid: 0x200000005, electionEpoch: 4 },
  ...{ peerEpoch: 2, config: 'server.1=a:1:2:participant\nversion=0' },
};

/** The first `length` bytes of a vote in version 2. */
const cut = (length: number): Buffer => Buffer.from(encodeNotification(vote)).subarray(0, length);

test('notification: 28 bytes → the epoch of its zxid is its peer epoch', () => {
  assert.deepEqual(readNotification(cut(28)), {
    ...{ ...vote, kind: 'notification', version: 0, config: null },
    peerEpoch: 2,
  });
});

test('notification: 40 bytes → version 0, its last four bytes unread', () => {
  const expected = { ...vote, kind: 'notification', version: 0, config: null };
  assert.deepEqual(readNotification(cut(40)), expected);
  const otherVersion = cut(40);
  otherVersion.writeInt32BE(7, 36);
  assert.deepEqual(readNotification(otherVersion), expected);
});

test('notification: version 2 → with its config, and what follows it unread', () => {
  const expected = { ...vote, kind: 'notification', version: 2 };
  const bytes = encodeNotification(vote);
  assert.deepEqual(readNotification(bytes), expected);
  assert.deepEqual(readNotification(Buffer.concat([bytes, Buffer.of(1, 2)])), expected);
});

test('notification: version 1 or below, longer than 40 → no config looked for', () => {
  for (const version of [1, 0, -5]) {
    const bytes = cut(41);
    bytes.writeInt32BE(version, 36);
    const expected = { ...vote, kind: 'notification', version, config: null };
    assert.deepEqual(readNotification(bytes), expected);
  }
});

test('notification: shorter than 28 bytes → short', () => {
  for (let length = 0; length < 28; length++) {
    assert.deepEqual(readNotification(cut(length)), { kind: 'ignored', reason: 'short' });
  }
});

test('notification: a length between the layouts, or a config that is cut → malformed', () => {
  const bytes = encodeNotification(vote);
  for (let length = 29; length < bytes.length; length++) {
    if (length === 40) continue;
    const reason = { kind: 'ignored', reason: 'malformed' };
    assert.deepEqual(readNotification(cut(length)), reason, String(length));
  }
  for (const length of [-1, bytes.length, 0x7fffffff]) {
    const wrong = cut(bytes.length);
    wrong.writeInt32BE(length, 40);
    assert.deepEqual(readNotification(wrong), { kind: 'ignored', reason: 'malformed' });
  }
});

test('notification: an unknown state → known as such, after what is malformed', () => {
  for (const state of [4, -1, 0x7fffffff]) {
    const bytes = cut(200);
    bytes.writeInt32BE(state, 0);
    assert.deepEqual(readNotification(bytes), { kind: 'ignored', reason: 'unknownState' });
    const short = readNotification(bytes.subarray(0, 30));
    assert.deepEqual(short, { kind: 'ignored', reason: 'malformed' });
  }
});

test('notification: a number that a number cannot hold → out of range', () => {
  for (const offset of [4, 12, 20, 28]) {
    for (const long of [2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n) + 1n]) {
      const bytes = cut(200);
      bytes.writeBigInt64BE(long, offset);
      assert.deepEqual(readNotification(bytes), { kind: 'ignored', reason: 'outOfRange' });
    }
  }
});

test("notification: an observer's → nobody is proposed", () => {
  const none = { leader: NO_SERVER, zxid: NO_SERVER, peerEpoch: NO_SERVER };
  const bytes = encodeNotification({ ...vote, ...none, state: ServerState.LOOKING });
  assert.equal(Buffer.from(bytes).toString('hex', 4, 20), '80000000000000008000000000000000');
  const read = readNotification(bytes);
  assert.deepEqual(read, {
    ...{ ...vote, ...none, kind: 'notification', state: ServerState.LOOKING, version: 2 },
  });
});

const longs = fc.oneof(fc.maxSafeInteger(), fc.constant(NO_SERVER));

test('notification: any vote → read as it was written', () => {
  const votes = fc.record(
    {
      state: fc.constantFrom(...Object.values(ServerState)),
      leader: longs,
      zxid: longs,
      electionEpoch: fc.maxSafeInteger(),
      peerEpoch: longs,
      config: fc.string({ unit: 'grapheme' }),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(votes, (sent) => {
      const received = readNotification(encodeNotification(sent));
      assert.deepEqual(received, { ...sent, kind: 'notification', version: 2 });
    }),
  );
});

test('notification: random bytes → a value, never an exception', () => {
  const bytes = fc.array(fc.oneof(fc.constant(0), fc.nat({ max: 3 }), fc.nat({ max: 255 })), {
    ...{ maxLength: 80, size: 'max' },
  });
  const kinds = new Set<string>();
  fc.assert(
    fc.property(bytes, (random) => {
      const read = readNotification(Uint8Array.from(random));
      kinds.add(read.kind === 'ignored' ? read.reason : read.kind);
    }),
    // Always the same: not every 3,000 have all kinds.
    { numRuns: 3000, seed: 1 },
  );
  assert.ok(kinds.size >= 4, [...kinds].join());
});
