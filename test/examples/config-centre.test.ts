/** examples/config-centre, with hosts and servers killed: what the hosts have had is what counts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  checkTaken,
  openCentre,
  planForAll,
  type Taken,
  versionFor,
} from '../../examples/config-centre/centre.ts';
import { playCentre } from '../../examples/config-centre/example.ts';
import { Stage } from '../../examples/frame/stage.ts';

test('config centre example: hosts, a server and the publisher killed → every host has the last version', async () => {
  await using stage = await Stage.open({ ensemble: { mode: 'inProcess', size: 3 } });
  const play = playCentre(stage, { processes: 3, hosts: 50, everyMs: 5 });
  const [publisher, first, second] = ['publisher', 'hosts-1', 'hosts-2'].map((name) =>
    stage.part(name),
  );
  assert.ok(publisher !== undefined && first !== undefined && second !== undefined);
  await stage.until('all hosts have settings', () => play.held().size === 150);
  // In the middle of a publication: the servers have it, some hosts have it, or none.
  const next = async (event: string) => {
    const count = play.count(event);
    await stage.until(`${event} again`, () => play.count(event) > count);
  };
  await next('publishing');
  second.pause();
  await Promise.all([publisher.kill(), first.kill()]);
  await next('released');
  await next('publishing');
  const leader = stage.ensemble.leader();
  await leader.kill();
  await next('released');
  second.resume();
  await leader.restart();
  await stage.until('some were refused, some rolled back', () =>
    ['refused', 'rolled back'].every((event) => play.count(event) > 0),
  );
  // Seen alive, and then: nobody but this test publishes any more.
  await next('released');
  publisher.pause();
  const { settings, plans } = openCentre(await stage.connect());
  const last = await settings.publish({ poolSize: 7, timeoutMs: 700, features: ['last'] });
  await plans.publish(planForAll(last));
  await stage.until('every host has the last version', () =>
    [...play.held().values()].every((version) => version === last),
  );
  await stage.stopParts();
  await play.check();
});

test('config centre example: a host with what was not published, or older again → the check sees it', () => {
  const settings = { poolSize: 10, timeoutMs: 500, features: ['a'] };
  const published = new Map([1, 2].map((version) => [version, settings]));
  const taken = (version: number, other = settings): Taken => {
    return { host: 'hosts-1/1', version, settings: other };
  };
  checkTaken([taken(1), taken(2), taken(2)], published);
  assert.throws(() => checkTaken([taken(2), taken(1)], published), /from version 2 to 1/);
  assert.throws(() => checkTaken([taken(3)], published), /not published/);
  assert.throws(() => checkTaken([taken(1, { ...settings, poolSize: 11 })], published), /not publ/);
  assert.throws(() => checkTaken([taken(1, { ...settings, poolSize: 0 })], published), /between/);
});

test('config centre example: a share of the hosts → about as many, and more of them with more', () => {
  const hosts = Array.from({ length: 1000 }, (_, at) => `hosts-1/${at}`);
  const shareOf = (percent: number) =>
    hosts.filter((host) => versionFor(host, { stable: 1, candidate: 2, percent }) === 2);
  assert.deepEqual([shareOf(0).length, shareOf(100).length], [0, 1000]);
  const [few, more] = [shareOf(20), shareOf(50)];
  assert.ok(few.length > 150 && few.length < 250, `${few.length} of 1000`);
  assert.ok(few.every((host) => more.includes(host)));
});
