/** examples/dns, with parts killed, paused and ill: what a resolver gets, ours and dig. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual, promisify } from 'node:util';
import { RCODE } from '../../examples/dns/answer.ts';
import { become, playDns, providerOptions } from '../../examples/dns/example.ts';
import { PartProcess } from '../../examples/frame/part-process.ts';
import { Stage } from '../../examples/frame/stage.ts';
import { ensureDebianPackages } from '../interop/packages.ts';
import { askTcp, askUdp, framed, queryOf, read } from './dns-query.ts';

const DOMAIN = 'shop.zooid.test';
const SRV = `_http._tcp.${DOMAIN}`;
const WAIT_MS = 30_000;

/**
 * On a busy machine one that is well may be left out for a moment: what counts is what is answered
 * in the end.
 */
async function untilEqual(what: string, ask: () => Promise<unknown>, wanted: unknown) {
  const endMs = performance.now() + WAIT_MS;
  for (;;) {
    const seen = await ask().catch(String);
    if (isDeepStrictEqual(seen, wanted)) return;
    if (performance.now() > endMs) assert.deepEqual(seen, wanted, what);
    await pause(20);
  }
}

/** What all of these are told: data of A, AAAA, TXT, and the targets of SRV. */
function allOf(numbers: readonly number[]) {
  return {
    a: numbers.map((at) => `127.0.0.${10 + at}`),
    aaaa: numbers.map((at) => `fd00::${10 + at}`),
    txt: numbers.map((at) => `id=shop-${at} weight=${at}`),
    srv: numbers.map((at) => `shop-${at}.${DOMAIN}`),
  };
}

type Ask = (name: string, type: string) => Promise<readonly string[]>;

async function readAll(ask: Ask) {
  return {
    a: await ask(DOMAIN, 'A'),
    aaaa: await ask(DOMAIN, 'AAAA'),
    txt: await ask(DOMAIN, 'TXT'),
    srv: (await ask(SRV, 'SRV')).map((each) => /shop-[^" ]*[^". ]/.exec(each)?.[0]).toSorted(),
  };
}

test('dns example: parts killed, paused and ill → only who serves is answered', async (t) => {
  const tools = await ensureDebianPackages(['bind9-dnsutils']);
  await using stage = await Stage.open({ ensemble: { mode: 'inProcess', size: 1 } });
  const services = { shop: [1, 2, 3] };
  const { directory, nameServers } = await playDns(stage, { ports: [0], collectors: 2, services });
  // One that nobody starts again.
  const mortal = new PartProcess({
    ...providerOptions(DOMAIN, 'shop-9', { host: 19, weight: 9 }),
    ...{ name: 'shop-9', connectString: stage.ensemble.connectString, onChange: () => {} },
  });
  /** Nobody is at port 1. */
  const port = () => directory.servers.get('ns-1') ?? 1;
  const seenByUdp = async (name: string, type: string) => {
    return read(await askUdp(port(), queryOf(name, type)));
  };
  const byUdp: Ask = async (name, type) => (await seenByUdp(name, type)).data;
  const byTcp: Ask = async (name, type) => {
    const query = framed(queryOf(name, type));
    const answers = await askTcp(port(), Buffer.concat([query, query]));
    const end = 2 + answers.readUInt16BE();
    assert.equal(answers.length, 2 * end);
    return read(answers.subarray(2, end)).data;
  };
  const dig = async (...words: readonly string[]): Promise<string[]> => {
    const server = ['@127.0.0.1', '-p', String(port())];
    const { stdout } = await promisify(execFile)('dig', [...server, ...words]);
    const lines = stdout.split('\n').filter((line) => line !== '');
    return lines.map((line) => line.replaceAll('"', '')).toSorted();
  };
  /** Code of the answer for the address of this one, and how much there is of it. */
  const addressOf = (id: string) => async () => {
    const { rcode, data, authorities } = await seenByUdp(`${id}.${DOMAIN}`, 'A');
    return [rcode, data.length, authorities.join()];
  };

  try {
    await untilEqual('all are answered', () => readAll(byUdp), allOf([1, 2, 3, 9]));
    await untilEqual('two questions over TCP', () => readAll(byTcp), allOf([1, 2, 3, 9]));
    const silence = askUdp(port(), Buffer.from('x')).then(String, String);
    for (const junk of [[0, 3, 1, 2, 3], [255, 255, 0], [0], [0, 0]]) {
      const ask = async () => (await askTcp(port(), Buffer.from(junk))).length;
      await untilEqual('bytes that are no question', ask, 0);
    }
    await untilEqual('the next question', () => readAll(byTcp), allOf([1, 2, 3, 9]));
    await t.test('asked by dig → the same answers', async (t) => {
      if (!tools.available) return t.skip(tools.reason);
      for (const way of ['+notcp', '+tcp']) {
        const byDig: Ask = (name, type) => dig('+short', way, name, type);
        await untilEqual(way, () => readAll(byDig), allOf([1, 2, 3, 9]));
      }
    });

    const [hanging, failing] = directory.instances;
    assert.ok(hanging !== undefined && failing !== undefined);
    await stage.until('a collector leads', () => {
      return stage.parts.some(({ status }) => status.startsWith('leads'));
    });
    const leading = stage.parts.find(({ status }) => status.startsWith('leads'));
    await become(hanging, 'hanging');
    stage.part('shop-3').pause();
    await Promise.all([mortal.kill(), leading?.kill()]);
    await untilEqual('one is left', () => readAll(byUdp), allOf([2]));
    await untilEqual('killed', addressOf('shop-9'), [RCODE.NXDOMAIN, 0, 'SOA']);
    await untilEqual('paused', addressOf('shop-3'), [RCODE.NXDOMAIN, 0, 'SOA']);
    await untilEqual('ill', addressOf('shop-1'), [RCODE.NOERROR, 0, 'SOA']);
    await become(failing, 'errors');
    await untilEqual('nobody is left', () => readAll(byUdp), allOf([]));
    await t.test('asked by dig for the dead one → NXDOMAIN', async (t) => {
      if (!tools.available) return t.skip(tools.reason);
      const ask = async () => /status: \w+/.exec((await dig(`shop-9.${DOMAIN}`)).join())?.[0];
      await untilEqual('the dead one', ask, 'status: NXDOMAIN');
    });

    stage.part('shop-3').resume();
    await Promise.all([become(hanging, 'well'), become(failing, 'well')]);
    await nameServers[0]?.kill();
    await untilEqual('all who live are answered', () => readAll(byUdp), allOf([1, 2, 3]));
    assert.ok((nameServers[0]?.starts ?? 0) >= 2);
    assert.match(await silence, /AbortError/);
  } finally {
    await mortal.kill();
  }
});
