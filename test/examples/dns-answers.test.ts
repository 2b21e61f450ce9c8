/** examples/dns: what is answered to which query, from which nodes; no server is needed for that. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from 'dns-packet';
import { answer, RCODE } from '../../examples/dns/answer.ts';
import { type Nodes, readDomains, SERVICES, STATES } from '../../examples/dns/layout.ts';
import { Zone } from '../../examples/dns/zone.ts';
import { ednsOf, queryOf, read, type Seen } from './dns-query.ts';

type NodeOf = Nodes extends ReadonlyMap<string, infer Node> ? Node : never;

/** Park and Miller's: the same numbers in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}

function nodeOf(data: unknown, czxid = 7n): NodeOf {
  return { data, stat: { czxid } as NodeOf['stat'] };
}

/** `shop.zooid.test` with instances of these weights; the last one is ill. */
function nodesOf(weights: readonly number[]): Map<string, NodeOf> {
  const nodes = new Map([[`${SERVICES}/shop.zooid.test`, nodeOf(null)]]);
  for (const [at, weight] of weights.entries()) {
    const payload = { weight, ipv6: `fd00::${at + 1}`, text: [`id=${at + 1}`, 'x=y'] };
    const instance = { address: `10.0.${at >> 8}.${at & 255}`, port: 8_000 + at, payload };
    nodes.set(`${SERVICES}/shop.zooid.test/s${at}`, nodeOf(instance));
    const state = { isHealthy: at < weights.length - 1, reason: '', registered: '7' };
    nodes.set(`${STATES}/shop.zooid.test/s${at}`, nodeOf(state));
  }
  return nodes;
}

const ZONE = new Zone(readDomains(nodesOf([6, 3, 1, 5])));

function ask(query: Buffer, { zone = ZONE, transport = 'udp' as 'udp' | 'tcp' } = {}): Seen {
  const bytes = answer(query, { zone, transport, random: seeded(1) });
  assert.ok(bytes !== undefined);
  return read(bytes);
}

test('dns example: A, AAAA, SRV, TXT → of the healthy ones, named as they were asked for', () => {
  const a = ask(queryOf('sHOp.Zooid.TEST', 'A'));
  assert.deepEqual(a.data, ['10.0.0.0', '10.0.0.1', '10.0.0.2']);
  assert.deepEqual(new Set([...a.names, ...a.questions]), new Set(['sHOp.Zooid.TEST']));
  assert.ok(a.isAuthoritative && a.rcode === RCODE.NOERROR);
  assert.deepEqual(ask(queryOf('shop.zooid.test', 'AAAA')).data, ['fd00::1', 'fd00::2', 'fd00::3']);
  assert.deepEqual(ask(queryOf('s1.shop.zooid.test', 'TXT')).data, ['id=2 x=y']);
  const srv = ask(queryOf('_http._tcp.shop.zooid.test', 'SRV', ednsOf(1232)));
  const [first] = srv.data;
  assert.deepEqual(JSON.parse(first ?? ''), {
    ...{ priority: 0, weight: 1, port: 8_002, target: 's2.shop.zooid.test' },
  });
  assert.deepEqual(srv.extras, ['A', 'AAAA', 'A', 'AAAA', 'A', 'AAAA', 'OPT']);
  assert.deepEqual(ask(queryOf('zooid.test', 'NS')).data, ['ns.zooid.test']);
});

test('dns example: nothing there → NXDOMAIN or no data, with the SOA; not ours → REFUSED', () => {
  for (const [name, type, rcode] of [
    ['nobody.zooid.test', 'A', RCODE.NXDOMAIN],
    ['s9.shop.zooid.test', 'A', RCODE.NXDOMAIN],
    ['s3.shop.zooid.test', 'A', RCODE.NOERROR], // It is ill.
    ['_tcp.shop.zooid.test', 'SRV', RCODE.NOERROR], // It is above another one.
    ['shop.zooid.test', 'MX', RCODE.NOERROR],
    ['shop.zooid.test', 'UNKNOWN_65', RCODE.NOERROR],
  ] as const) {
    const { data, authorities, isAuthoritative, ...seen } = ask(queryOf(name, type));
    assert.deepEqual([seen.rcode, data, authorities], [rcode, [], ['SOA']], `${name} ${type}`);
    assert.ok(isAuthoritative);
  }
  for (const [name, type] of [
    ['example.org', 'A'],
    ['zooid.test.example.org', 'A'],
    ['notzooid.test', 'A'],
    ['.', 'NS'],
    ['zooid.test', 'AXFR'],
    ['zooid.test', 'ANY'],
  ] as const) {
    const { rcode, isAuthoritative, authorities } = ask(queryOf(name, type));
    assert.deepEqual([rcode, isAuthoritative, authorities], [RCODE.REFUSED, false, []], name);
  }
});

test('dns example: an answer that is too large → cut over UDP, whole over TCP', () => {
  const zoneOf = (count: number) => {
    return new Zone(readDomains(nodesOf(Array.from({ length: count + 1 }, () => 1))));
  };
  const query = queryOf('shop.zooid.test', 'A');
  const large = queryOf('shop.zooid.test', 'A', ednsOf(4_096));
  const small = queryOf('shop.zooid.test', 'A', ednsOf(1));
  for (const [what, count, bytes, wanted] of [
    ['512 bytes', 15, query, 15],
    ['more than 512', 16, query, 'cut'],
    ['more than 512, and less is welcome', 16, small, 'cut'],
    ['more than 512, and more is welcome', 38, large, 38],
    ['more than what passes', 39, large, 'cut'],
  ] as const) {
    const { isTruncated, data, extras } = ask(bytes, { zone: zoneOf(count) });
    assert.deepEqual(
      [isTruncated, data.length],
      wanted === 'cut' ? [true, 0] : [false, wanted],
      what,
    );
    assert.equal(extras.join(), bytes === query ? '' : 'OPT', what);
    const whole = ask(bytes, { zone: zoneOf(count), transport: 'tcp' });
    assert.deepEqual([whole.isTruncated, whole.data.length], [false, count], what);
  }
  // The addresses are left out where the answer fits without them.
  const few = new Zone(readDomains(nodesOf([1, 1, 1, 1, 1, 1])));
  const srv = ask(queryOf('_http._tcp.shop.zooid.test', 'SRV'), { zone: few });
  assert.deepEqual([srv.isTruncated, srv.data.length, srv.extras], [false, 5, []]);
});

test('dns example: queries that are none → FORMERR, NOTIMP, REFUSED, BADVERS, or silence', () => {
  const good = queryOf('shop.zooid.test', 'A');
  const changed = (at: number, value: number): Buffer => {
    const bytes = Buffer.from(good);
    bytes[at] = value;
    return bytes;
  };
  const silent = (query: Buffer) => {
    return answer(query, { zone: ZONE, transport: 'udp', random: Math.random }) === undefined;
  };
  assert.ok(silent(Buffer.alloc(0)) && silent(good.subarray(0, 11)) && silent(changed(2, 0x80)));
  const dotted = Buffer.concat([
    good.subarray(0, 12),
    Buffer.from('\x0azooid.test'),
    good.subarray(-5),
  ]);
  for (const [what, query, rcode] of [
    ['cut off', good.subarray(0, -1), RCODE.FORMERR],
    ['with more behind it', Buffer.concat([good, Buffer.alloc(1)]), RCODE.FORMERR],
    ['no question', changed(5, 0), RCODE.FORMERR],
    ['two questions, one there', changed(5, 2), RCODE.FORMERR],
    ['a label of 64 bytes', changed(12, 64), RCODE.FORMERR],
    ['a pointer to itself', Buffer.from(changed(12, 0xc0)).fill(12, 13, 14), RCODE.FORMERR],
    ['a dot in a label', dotted, RCODE.FORMERR],
    ['bytes that are no text', changed(13, 0xff), RCODE.FORMERR],
    ['two EDNS', queryOf('shop.zooid.test', 'A', twoEdns()), RCODE.FORMERR],
    ['opcode UPDATE', changed(2, 5 << 3), RCODE.NOTIMP],
    ['class CH', changed(good.length - 1, 3), RCODE.REFUSED],
    ['a class without a name', changed(good.length - 1, 99), RCODE.REFUSED],
  ] as const) {
    const bytes = answer(query, { zone: ZONE, transport: 'udp', random: Math.random });
    assert.ok(bytes !== undefined, what);
    assert.deepEqual(
      [decode(bytes).id, read(bytes).rcode, read(bytes).data],
      [4711, rcode, []],
      what,
    );
  }
  const badVersion = answer(queryOf('shop.zooid.test', 'A', ednsOf(512, 1)), {
    ...{ zone: ZONE, transport: 'udp', random: Math.random },
  });
  const [edns] = decode(badVersion ?? Buffer.alloc(0)).additionals ?? [];
  assert.ok(edns?.type === 'OPT' && edns.extendedRcode === 1);
});

function twoEdns() {
  const { additionals = [] } = ednsOf(512);
  return { additionals: [...additionals, ...additionals] };
}

test('dns example: queries with any bytes changed → never an error of our own', () => {
  const random = seeded(42);
  const good = queryOf('_http._tcp.shop.zooid.test', 'SRV', ednsOf(4_096));
  for (let round = 0; round < 5_000; round++) {
    const bytes = Buffer.from(good).subarray(0, Math.ceil(random() * good.length));
    for (let change = 0; change < 3; change++) {
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    }
    const reply = answer(bytes, { zone: ZONE, transport: 'udp', random });
    if (reply !== undefined) assert.equal(decode(reply).id, bytes.readUInt16BE(0));
  }
});

test('dns example: who takes the first answer → goes where the weights say', () => {
  const random = seeded(2_026);
  const counts = new Map<string, number>();
  const rounds = 5_000;
  for (let round = 0; round < rounds; round++) {
    const bytes = answer(queryOf('shop.zooid.test', 'A'), { zone: ZONE, transport: 'udp', random });
    const [first] = decode(bytes ?? Buffer.alloc(0)).answers ?? [];
    assert.ok(first?.type === 'A');
    counts.set(first.data, (counts.get(first.data) ?? 0) + 1);
  }
  for (const [at, share] of [0.6, 0.3, 0.1].entries()) {
    const seen = (counts.get(`10.0.0.${at}`) ?? 0) / rounds;
    assert.ok(Math.abs(seen - share) < 0.03, `${at}: ${seen} instead of ${share}`);
  }
});

test('dns example: nodes that are no instances → left out, the others are answered', () => {
  const nodes = nodesOf([1, 1]);
  const good = nodes.get(`${SERVICES}/shop.zooid.test/s0`)?.data as Record<string, unknown>;
  const payload = good['payload'] as object;
  const odd: Record<string, unknown> = {
    empty: null,
    number: 5,
    address: { ...good, address: '10.0.0.300' },
    ipv6: { ...good, payload: { ...payload, ipv6: 'fe80::1%eth0' } },
    port: { ...good, port: 65_536 },
    weight: { ...good, payload: { ...payload, weight: -1 } },
    text: { ...good, payload: { ...payload, text: ['x'.repeat(256)] } },
    silent: { ...good, payload: { ...payload, text: [] } },
    'dotted.name': good,
    ['x'.repeat(64)]: good,
  };
  for (const [id, data] of Object.entries(odd)) {
    nodes.set(`${SERVICES}/shop.zooid.test/${id}`, nodeOf(data));
    const state = { isHealthy: true, reason: '', registered: '7' };
    nodes.set(`${STATES}/shop.zooid.test/${id}`, nodeOf(state));
  }
  nodes.set(`${SERVICES}/example.org`, nodeOf(null));
  nodes.set(`${SERVICES}/a..zooid.test`, nodeOf(null));
  // The one before it under this name was well.
  nodes.set(`${SERVICES}/shop.zooid.test/next`, nodeOf(good, 8n));
  nodes.set(`${STATES}/shop.zooid.test/next`, nodeOf({ isHealthy: true, registered: '7' }));
  const domains = readDomains(nodes);
  assert.deepEqual([...domains.keys()], ['shop.zooid.test']);
  const zone = new Zone(domains);
  assert.deepEqual(ask(queryOf('shop.zooid.test', 'A'), { zone }).data, ['10.0.0.0']);
  assert.equal(ask(queryOf('next.shop.zooid.test', 'A'), { zone }).rcode, RCODE.NOERROR);
});
