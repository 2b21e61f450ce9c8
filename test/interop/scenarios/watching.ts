// Watches: which event reaches whom, in which order, and how often.

import {
  createBody,
  pathBody,
  pathWatchBody,
  setWatches2Body,
  setWatchesBody,
} from '../raw-body.ts';
import { acl, Op } from '../raw-client.ts';
import type { Scenario } from './raw-scenario.ts';

const oneShot: Scenario = {
  name: 'watches: one-shot watches fire once, before the answer',
  run: async (stage) => {
    const a = await stage.client('A');
    const b = await stage.client('B');
    await a.create('/w');
    await a.get('/w', true);
    await a.set('/w', '1');
    await a.set('/w', '2');
    await b.get('/w', true);
    await b.exists('/w', true);
    await b.children('/w', true);
    await a.set('/w', '3');
    await b.drain();
    await a.create('/w/c');
    await b.drain();
    await b.get('/w/c', true);
    await b.children('/w/c', true);
    await b.children('/w', true);
    await a.delete('/w/c');
    await b.drain();
    await b.exists('/w/later', true);
    await b.get('/w/later', true);
    await a.create('/w/later');
    await b.drain();
    await a.set('/w/later', 'unseen');
    await b.drain();
    await b.children('/w/none', true);
    await b.children2('/w', true);
    await a.setAcl('/w', [
      Buffer.concat([
        Buffer.from([0, 0, 0, 31, 0, 0, 0, 5]),
        Buffer.from('world'),
        Buffer.from([0, 0, 0, 6]),
        Buffer.from('anyone'),
      ]),
    ]);
    await a.create('/w/again');
    await b.drain();
  },
};

const persistent: Scenario = {
  name: 'watches: persistent and recursive watches stay',
  run: async (stage) => {
    const a = await stage.client('A');
    const b = await stage.client('B');
    await b.addWatch('/p', 0);
    await b.addWatch('/r', 1);
    for (const root of ['/p', '/r']) {
      await a.create(root);
      await a.set(root, 'x');
      await a.create(`${root}/c`);
      await a.set(`${root}/c`, 'x');
      await a.create(`${root}/c/d`);
      await a.delete(`${root}/c/d`);
      await a.delete(`${root}/c`);
      await a.delete(root);
      await a.create(root);
      await b.drain();
    }
    await b.get('/p', true);
    await b.children('/p', true);
    await a.set('/p', 'y');
    await a.create('/p/k');
    await b.drain();
    await b.addWatch('/r', 0);
    await a.create('/r/k');
    await a.set('/r', 'y');
    await b.drain();
    await b.addWatch('/p', 9);
    await b.addWatch('', 0);
    await b.addWatch('relative', 0);
  },
};

const bothModes: Scenario = {
  name: 'watches: persistent and recursive on one path',
  run: async (stage) => {
    const a = await stage.client('A');
    await a.create('/both');
    await a.addWatch('/both', 0);
    await a.addWatch('/both', 1);
    await a.get('/both', true);
    await a.children('/both', true);
    await a.create('/both/c');
    await a.set('/both', 'x');
    await a.checkWatches('/both', 4);
    await a.checkWatches('/both', 5);
    await a.removeWatches('/both', 5);
    await a.create('/both/d');
    await a.set('/both', 'y');
    await a.removeWatches('/both', 4);
    await a.set('/both', 'z');
    await a.removeWatches('/both', 4);
  },
};

const recursiveRoot: Scenario = {
  name: 'watches: a recursive watch on the root',
  run: async (stage) => {
    const a = await stage.client('A');
    const b = await stage.client('B');
    await b.addWatch('/', 1);
    await a.create('/deep');
    await a.create('/deep/er');
    await a.create('/deep/er/still', { flags: 1 });
    await a.set('/deep/er', 'x');
    await b.drain();
    await a.close();
    await b.drain();
    await b.removeWatches('/', 3);
  },
};

const removing: Scenario = {
  name: 'watches: removeWatches and checkWatches by type',
  run: async (stage) => {
    const a = await stage.client('A');
    await a.create('/rm');
    for (const type of [0, 1, 2, 3, 4, 5, 6, -1]) {
      await a.checkWatches('/rm', type);
      await a.removeWatches('/rm', type);
    }
    for (const type of [1, 2, 3, 4, 5]) {
      await a.get('/rm', true);
      await a.children('/rm', true);
      for (const asked of [1, 2, 3]) await a.checkWatches('/rm', asked);
      await a.removeWatches('/rm', type);
      for (const asked of [1, 2, 3]) await a.checkWatches('/rm', asked);
      await a.removeWatches('/rm', 3);
    }
    await a.exists('/rm/none', true);
    await a.checkWatches('/rm/none', 2);
    await a.removeWatches('/rm/none', 2);
    await a.create('/rm/none');
    await a.addWatch('/rm', 0);
    await a.checkWatches('/rm', 1);
    await a.checkWatches('/rm', 2);
    await a.checkWatches('/rm', 3);
    await a.removeWatches('/rm', 1);
    await a.removeWatches('/rm', 2);
    await a.set('/rm', 'x');
    await a.removeWatches('/rm', 3);
    await a.set('/rm', 'y');
    await a.checkWatches('', 3);
    await a.checkWatches('relative', 3);
  },
};

const settingAgain: Scenario = {
  name: 'watches: setWatches catches up on what was missed',
  run: async (stage) => {
    const a = await stage.client('A');
    const b = await stage.client('B');
    for (const path of ['/sw', '/sw/same', '/sw/changed', '/sw/gone', '/sw/kids'])
      await a.create(path);
    const then = (await a.raw.must(Op.ping)).zxid;
    await a.set('/sw/changed', 'x');
    await a.create('/sw/kids/new');
    await a.delete('/sw/gone');
    await a.create('/sw/came');
    const paths = {
      data: ['/sw/same', '/sw/changed', '/sw/gone'],
      exist: ['/sw/came', '/sw/absent'],
      child: ['/sw/kids', '/sw/same', '/sw/gone'],
    };
    await b.ask('setWatches', Op.setWatches, setWatchesBody(then, paths), -8);
    await a.set('/sw/same', 'y');
    await a.set('/sw/changed', 'y');
    await a.create('/sw/absent');
    await a.create('/sw/same/kid');
    await b.drain();
    const now = (await a.raw.must(Op.ping)).zxid;
    await b.ask('nothing missed', Op.setWatches, setWatchesBody(now, { data: ['/sw/same'] }), -8);
    await a.set('/sw/same', 'z');
    await b.drain();
    await b.ask(
      'from zxid 0',
      Op.setWatches,
      setWatchesBody(0n, { data: ['/sw/same'], child: ['/sw'] }),
      17,
    );
    await b.ask('empty', Op.setWatches, setWatchesBody(0n, {}), -8);
  },
};

const settingAgain2: Scenario = {
  name: 'watches: setWatches2 registers persistent watches without events',
  run: async (stage) => {
    const a = await stage.client('A');
    const b = await stage.client('B');
    await a.create('/s2');
    await a.create('/s2/r');
    const paths = { data: ['/s2'], persistent: ['/s2', '/s2/none'], recursive: ['/s2/r'] };
    await b.ask('setWatches2', Op.setWatches2, setWatches2Body(0n, paths), -8);
    await a.set('/s2', 'x');
    await a.set('/s2', 'y');
    await a.create('/s2/none');
    await a.create('/s2/r/kid');
    await a.set('/s2/r/kid', 'x');
    await b.drain();
    await b.checkWatches('/s2', 4);
    await b.checkWatches('/s2/r', 5);
    await b.ask('cut', Op.setWatches2, setWatchesBody(0n, paths), -8);
  },
};

const sessionEnd: Scenario = {
  name: 'watches: the end of a session is seen by others, once',
  run: async (stage) => {
    const a = await stage.client('A');
    const b = await stage.client('B');
    await b.create('/end');
    await a.create('/end/e', { flags: 1 });
    await b.get('/end/e', true);
    await b.children('/end/e', true);
    await b.children('/end', true);
    await b.addWatch('/end/e', 0);
    await a.get('/end/e', true);
    await a.close();
    await b.drain();
  },
};

const failedWrites: Scenario = {
  name: 'watches: failed writes and reads without watch fire nothing',
  run: async (stage) => {
    const a = await stage.client('A');
    await a.create('/fw');
    await a.get('/fw', true);
    await a.children('/fw', true);
    await a.set('/fw', 'x', 99);
    await a.create('/fw/no/parent');
    await a.delete('/fw/none');
    await a.create('/fw');
    await a.ask('sync', Op.sync, pathBody('/fw'));
    await a.ask('container', Op.createContainer, createBody('/fw/c', { flags: 4 }));
    await a.ask('children2 watch', Op.getChildren2, pathWatchBody('/fw', true));
    await a.ask(
      'delete',
      Op.delete,
      Buffer.concat([pathBody('/fw/c'), Buffer.from('ffffffff', 'hex')]),
    );
  },
};

const catchingUpUnread: Scenario = {
  name: 'watches: setWatches tells what was missed to those who may not read, too',
  run: async (stage) => {
    const a = await stage.client('A');
    const b = await stage.client('B');
    const since = (await a.raw.must(Op.ping)).zxid;
    const hidden = [acl(2, 'world', 'anyone')];
    await a.create('/wu', { acl: hidden });
    await a.create('/wu2', { acl: hidden });
    await a.set('/wu', 'changed');
    await b.ask(
      'setWatches',
      Op.setWatches,
      setWatchesBody(since, { data: ['/wu'], exist: ['/wu2'], child: ['/wu', '/wu-none'] }),
      -8,
    );
    await b.get('/wu');
  },
};

export const watching: readonly Scenario[] = [
  oneShot,
  persistent,
  bothModes,
  recursiveRoot,
  removing,
  settingAgain,
  settingAgain2,
  sessionEnd,
  failedWrites,
  catchingUpUnread,
];
