// multi and multiRead: results, rollback of everything, what may be inside.

import {
  createBody,
  createTtlBody,
  multiBody,
  pathBody,
  pathVersionBody,
  pathWatchBody,
  setAclBody,
  setDataBody,
} from '../raw-body.ts';
import { acl, cat, int, Op } from '../raw-client.ts';
import type { Scenario } from './raw-scenario.ts';

const succeeding: Scenario = {
  name: 'multi: every kind of op in one transaction',
  server: 'rich',
  run: async (stage) => {
    const a = await stage.client('A');
    await a.create('/m');
    await a.multi('all', [
      [Op.create, createBody('/m/a')],
      [Op.create2, createBody('/m/b')],
      [Op.createContainer, createBody('/m/c', { flags: 4 })],
      [Op.createTTL, createTtlBody('/m/t', 60_000n)],
      [Op.create, createBody('/m/e', { flags: 1 })],
      [Op.create, createBody('/m/s-', { flags: 2 })],
      [Op.create, createBody('/m/s-', { flags: 3 })],
      [Op.create, createBody('/m/a/child')],
      [Op.setData, setDataBody('/m/a', 'one', 0)],
      [Op.check, pathVersionBody('/m/a', 1)],
      [Op.setData, setDataBody('/m/a', 'two', 1)],
      [Op.delete, pathVersionBody('/m/b', 0)],
      [Op.create, createBody('/m/b', { data: null })],
    ]);
    await a.children2('/m');
    await a.get('/m/a');
    await a.get('/m/b');
    await a.multi('empty', []);
    await a.multi('check only', [[Op.check, pathVersionBody('/m/a', 2)]]);
    await a.multi('same node thrice', [
      [Op.setData, setDataBody('/m/a', '1')],
      [Op.setData, setDataBody('/m/a', '2')],
      [Op.delete, pathVersionBody('/m/a/child')],
      [Op.delete, pathVersionBody('/m/a', 4)],
    ]);
    await a.get('/m');
  },
};

const failing: Scenario = {
  name: 'multi: a failing op undoes all, counters included',
  run: async (stage) => {
    const a = await stage.client('A');
    await a.create('/mf');
    const ok = [Op.create, createBody('/mf/s-', { flags: 2 })] as const;
    const failures: readonly (readonly [string, number, Buffer])[] = [
      ['delete missing', Op.delete, pathVersionBody('/mf/none')],
      ['create existing', Op.create, createBody('/mf')],
      ['bad path', Op.create, createBody('/mf//x')],
      ['bad path set', Op.setData, setDataBody('/mf/', 'x')],
      ['empty acl', Op.create, createBody('/mf/y', { acl: [] })],
      ['bad acl', Op.create, createBody('/mf/y', { acl: [acl(31, 'nosuch', 'x')] })],
      ['no parent', Op.create, createBody('/none/x')],
      ['bad version', Op.setData, setDataBody('/mf', 'x', 9)],
      ['check missing', Op.check, pathVersionBody('/mf/none', 0)],
      ['check version', Op.check, pathVersionBody('/mf', 7)],
      ['check bad path', Op.check, pathVersionBody('mf', 7)],
      ['delete reserved', Op.delete, pathVersionBody('/zookeeper')],
      ['ttl when off', Op.createTTL, createTtlBody('/mf/t', 1_000n)],
      ['null path', Op.create, createBody(null)],
    ];
    for (const [label, type, body] of failures) {
      await a.multi(label, [ok, ok, [type, body], ok]);
      await a.children2('/mf');
    }
    await a.multi('first fails', [[Op.delete, pathVersionBody('/mf/none')], ok]);
    await a.multi('last fails', [ok, [Op.delete, pathVersionBody('/mf/none')]]);
    await a.multi('parent made and lost', [
      [Op.create, createBody('/mf/p')],
      [Op.create, createBody('/mf/p/q')],
      [Op.delete, pathVersionBody('/mf/p')],
    ]);
    await a.create('/mf/s-', { flags: 2 });
    await a.children2('/mf');
  },
};

const forbidden: Scenario = {
  name: 'multi: ops that may not be inside',
  run: async (stage) => {
    const a = await stage.client('A');
    await a.create('/mx');
    const ok = [Op.create, createBody('/mx/no')] as const;
    await a.multi('read inside', [ok, [Op.getData, pathWatchBody('/mx')]]);
    await a.multi('setACL inside', [ok, [Op.setACL, setAclBody('/mx', [])]]);
    await a.multi('unknown inside', [ok, [99, pathBody('/mx')]]);
    await a.multi('exists inside', [ok, [Op.exists, pathWatchBody('/mx')]]);
    await a.multi('multi inside', [ok, [Op.multi, multiBody([])]]);
    await a.multi('bad flags', [ok, [Op.create, createBody('/mx/f', { flags: 9 })]]);
    await a.multi('container by flags', [[Op.create, createBody('/mx/c', { flags: 4 })]]);
    await a.multi('ttl by flags', [[Op.create, createBody('/mx/t', { flags: 5 })]]);
    await a.ask('no end', Op.multi, multiBody([ok]).subarray(0, -9));
    await a.ask('cut', Op.multi, multiBody([ok]).subarray(0, 30));
    await a.ask('trailing', Op.multi, cat(multiBody([]), int(7)));
    await a.children2('/mx');
  },
};

const reading: Scenario = {
  name: 'multiRead: goes on past failures and sets no watch',
  run: async (stage) => {
    const a = await stage.client('A');
    await a.create('/mr');
    await a.create('/mr/kid');
    await a.create('/mr/hidden', { acl: [acl(2, 'world', 'anyone')] });
    await a.multiRead('all', [
      [Op.getData, pathWatchBody('/mr', true)],
      [Op.getData, pathWatchBody('/none')],
      [Op.getChildren, pathWatchBody('/mr', true)],
      [Op.getChildren, pathWatchBody('/none')],
      [Op.getData, pathWatchBody('/mr/hidden')],
      [Op.getData, pathWatchBody('/mr/kid')],
      [Op.getData, pathWatchBody('bad')],
    ]);
    await a.set('/mr', 'x');
    await a.create('/mr/other');
    await a.multiRead('empty', []);
    await a.multiRead('write inside', [[Op.delete, pathVersionBody('/mr/kid')]]);
    await a.multiRead('mixed', [
      [Op.getData, pathWatchBody('/mr')],
      [Op.delete, pathVersionBody('/mr/kid')],
    ]);
    await a.multiRead('children2', [[Op.getChildren2, pathWatchBody('/mr')]]);
    await a.multiRead('exists', [[Op.exists, pathWatchBody('/mr')]]);
    await a.exists('/mr/kid');
  },
};

const accessAndWatches: Scenario = {
  name: 'multi: permissions and events',
  run: async (stage) => {
    const a = await stage.client('A');
    const b = await stage.client('B');
    await a.create('/mw');
    await a.create('/mw/x');
    await a.create('/mw/locked', { acl: [acl(1, 'world', 'anyone')] });
    await b.get('/mw/x', true);
    await b.children('/mw', true);
    await b.exists('/mw/new', true);
    await b.addWatch('/mw', 1);
    await a.multi('no permission', [
      [Op.setData, setDataBody('/mw/x', 'lost')],
      [Op.setData, setDataBody('/mw/locked', 'no')],
    ]);
    await b.drain();
    await a.multi('seen by watches', [
      [Op.create, createBody('/mw/new')],
      [Op.setData, setDataBody('/mw/x', 'seen')],
      [Op.delete, pathVersionBody('/mw/x')],
      [Op.delete, pathVersionBody('/mw/new')],
    ]);
    await b.drain();
    await a.multi('check without read', [[Op.check, pathVersionBody('/mw/locked', 0)]]);
  },
};

export const multis: readonly Scenario[] = [
  succeeding,
  failing,
  forbidden,
  reading,
  accessAndWatches,
];
