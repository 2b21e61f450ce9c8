// What needs a server with more switched on: TTL nodes, containers and their reaper, quotas.

import { setTimeout as delay } from 'node:timers/promises';
import {
  createBody,
  createTtlBody,
  pathVersionBody,
  pathWatchBody,
  setDataBody,
} from '../raw-body.ts';
import { Op } from '../raw-client.ts';
import type { Scenario, ScenarioClient } from './raw-scenario.ts';

const REAPED_WITHIN_MS = 10_000;

/** Waits, without noting the tries, until the server has removed a node. */
const untilGone = async (client: ScenarioClient, path: string): Promise<void> => {
  const deadline = performance.now() + REAPED_WITHIN_MS;
  while (performance.now() < deadline) {
    const reply = await client.raw.request(Op.exists, pathWatchBody(path), 0);
    if (reply?.err === -101) return;
    await delay(20);
  }
  throw new Error(`${path} is still there after ${REAPED_WITHIN_MS} ms.`);
};

const ttls: Scenario = {
  name: 'ttl: which ttls and flags are accepted',
  server: 'rich',
  run: async (stage) => {
    const a = await stage.client('A');
    await a.create('/ttl');
    for (const ttl of [-1n, 0n, 1_000_000n, 0xff_ffff_ffffn, 0x100_0000_0000n, -(1n << 63n)]) {
      await a.ask(`ttl ${ttl}`, Op.createTTL, createTtlBody(`/ttl/n${ttl}`, ttl));
      await a.ask(`ttl ${ttl} seq`, Op.createTTL, createTtlBody('/ttl/s-', ttl, { flags: 6 }));
    }
    // A negative ttl with flags 0 to 4 stops the Java server, so only positive ones are compared.
    for (const flags of [0, 1, 2, 3, 4, 7]) {
      await a.ask(`flags ${flags}`, Op.createTTL, createTtlBody('/ttl/f', 5n, { flags }));
    }
    await a.ask('create flags 5', Op.create, createBody('/ttl/c5', { flags: 5 }));
    await a.ask('create2 flags 6', Op.create2, createBody('/ttl/c6', { flags: 6 }));
    await a.children2('/ttl');
    await a.ask('bad path', Op.createTTL, createTtlBody('/ttl//x', 5n));
    await a.ask('no parent', Op.createTTL, createTtlBody('/none/x', 5n));
    await a.ask('bad acl', Op.createTTL, createTtlBody('/ttl/acl', 5n, { acl: [] }));
    await a.ask('exists already', Op.createTTL, createTtlBody('/ttl', 5n));
  },
};

const reaping: Scenario = {
  name: 'reaper: containers and TTL nodes go, with their events',
  server: 'rich',
  run: async (stage) => {
    const a = await stage.client('A');
    const b = await stage.client('B');
    await a.create('/reap');
    await a.ask('container', Op.createContainer, createBody('/reap/c', { flags: 4 }));
    await a.ask('never used', Op.createContainer, createBody('/reap/unused', { flags: 4 }));
    await a.create('/reap/c/kid');
    await b.get('/reap/c', true);
    await b.children('/reap', true);
    await b.addWatch('/reap', 1);
    await a.delete('/reap/c/kid');
    await untilGone(a, '/reap/c');
    await b.drain();
    await a.ask('ttl', Op.createTTL, createTtlBody('/reap/t', 1n));
    await untilGone(a, '/reap/t');
    await b.drain();
    await a.ask('ttl with child', Op.createTTL, createTtlBody('/reap/p', 500n));
    await a.create('/reap/p/kid');
    await a.exists('/reap/p/kid');
    await a.children2('/reap');
    await a.delete('/reap/p/kid');
    await untilGone(a, '/reap/p');
    await b.drain();
  },
};

const deletingContainers: Scenario = {
  name: 'reaper: deleteContainer from a client',
  server: 'rich',
  run: async (stage) => {
    const a = await stage.client('A');
    await a.create('/dc');
    await a.create('/dc/plain');
    await a.create('/dc/e', { flags: 1 });
    await a.ask(
      'plain',
      Op.deleteContainer,
      Buffer.concat([Buffer.from([0, 0, 0, 9]), Buffer.from('/dc/plain')]),
    );
    await a.exists('/dc/plain');
  },
};

const limits = (text: string) => ({ data: text });

const quotas: Scenario = {
  name: 'quotas: counted, enforced, and shown in the stats node',
  server: 'rich',
  run: async (stage) => {
    const a = await stage.client('A');
    await a.create('/q', { data: '12345' });
    await a.create('/q/before', { data: '123' });
    await a.create('/zookeeper/quota/q', limits(''));
    const text = 'count=-1,bytes=-1=;byteHardLimit=20;countHardLimit=4';
    await a.create('/zookeeper/quota/q/zookeeper_limits', limits(text));
    await a.create('/zookeeper/quota/q/zookeeper_stats', limits('count=0,bytes=0'));
    await a.get('/zookeeper/quota/q/zookeeper_stats');
    await a.create('/q/one', { data: '12' });
    await a.get('/zookeeper/quota/q/zookeeper_stats');
    await a.set('/q/one', '1234');
    await a.get('/zookeeper/quota/q/zookeeper_stats');
    await a.set('/q/one', '123456789012345678901234567890');
    await a.set('/q/one', 'abcd');
    await a.create('/q/two', { data: '' });
    await a.create('/q/three', { data: '' });
    await a.create('/q/long', { data: '12345678901234567890' });
    await a.delete('/q/two');
    await a.create('/q/three', { data: '123456789012345' });
    await a.get('/zookeeper/quota/q/zookeeper_stats');
    await a.multi('over the limit', [
      [Op.create, createBody('/q/m1', { data: '' })],
      [Op.create, createBody('/q/m2', { data: '' })],
    ]);
    await a.multi('set over the limit', [
      [Op.setData, setDataBody('/q', '123456789012345678901234')],
    ]);
    await a.get('/zookeeper/quota/q/zookeeper_stats');
    await a.set('/zookeeper/quota/q/zookeeper_limits', 'count=1,bytes=1');
    await a.create('/q/soft', { data: '123' });
    await a.multi('drop the quota', [
      [Op.delete, pathVersionBody('/zookeeper/quota/q/zookeeper_stats')],
      [Op.delete, pathVersionBody('/zookeeper/quota/q/zookeeper_limits')],
    ]);
    await a.create('/q/free', { data: '12345678901234567890123456789' });
    await a.children2('/q');
  },
};

const quotaTree: Scenario = {
  name: 'quotas: only the deepest quota above a node counts',
  server: 'rich',
  run: async (stage) => {
    const a = await stage.client('A');
    for (const path of ['/qa', '/qa/b', '/zookeeper/quota/qa', '/zookeeper/quota/qa/b']) {
      await a.create(path, { data: '' });
    }
    for (const path of ['/zookeeper/quota/qa', '/zookeeper/quota/qa/b']) {
      await a.create(`${path}/zookeeper_limits`, {
        data: 'count=2,bytes=-1=;byteHardLimit=-1;countHardLimit=3',
      });
      await a.create(`${path}/zookeeper_stats`, { data: '' });
    }
    const show = async (): Promise<void> => {
      await a.get('/zookeeper/quota/qa/zookeeper_stats');
      await a.get('/zookeeper/quota/qa/b/zookeeper_stats');
    };
    await show();
    await a.create('/qa/b/one', { data: 'abc' });
    await a.create('/qa/one', { data: 'ab' });
    await show();
    await a.create('/qa/b/two', { data: '' });
    await a.create('/qa/b/three', { data: '' });
    await show();
    await a.set('/zookeeper/quota/qa/zookeeper_limits', 'nonsense');
    await a.create('/qa/nonsense', { data: '' });
    await show();
  },
};

export const rich: readonly Scenario[] = [ttls, reaping, deletingContainers, quotas, quotaTree];
