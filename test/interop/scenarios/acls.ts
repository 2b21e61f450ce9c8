// ACLs and authentication: which lists are accepted, what each permission allows, who one is.

import {
  authBody,
  createBody,
  multiBody,
  pathBody,
  pathIntBody,
  pathVersionBody,
  pathWatchBody,
} from '../raw-body.ts';
import { acl, cat, int, Op, openAcl, str } from '../raw-client.ts';
import type { Scenario, ScenarioClient } from './raw-scenario.ts';

// base64(sha1('user:pw')) and of 'other:pw' are computed by the server that accepts 'auth'.
const lists: readonly (readonly [string, readonly Buffer[] | null])[] = [
  ['null', null],
  ['empty', []],
  ['open', [openAcl]],
  ['open twice', [openAcl, openAcl]],
  ['perms 0', [acl(0, 'world', 'anyone')]],
  ['perms 32', [acl(32, 'world', 'anyone')]],
  ['perms -1', [acl(-1, 'world', 'anyone')]],
  ['world other', [acl(31, 'world', 'other')]],
  ['null scheme', [acl(31, null, 'anyone')]],
  ['null id', [acl(31, 'world', null)]],
  ['unknown scheme', [acl(31, 'nosuch', 'x')]],
  ['auth without authentication', [acl(31, 'auth', '')]],
  ['digest without colon', [acl(31, 'digest', 'user')]],
  ['digest', [acl(31, 'digest', 'user:hash')]],
  ['digest empty hash', [acl(31, 'digest', 'user:')]],
  ['digest empty user', [acl(31, 'digest', ':hash')]],
  ['digest two colons', [acl(31, 'digest', 'a:b:c')]],
  ['ip', [acl(31, 'ip', '127.0.0.1')]],
  ['ip cidr', [acl(31, 'ip', '127.0.0.0/8')]],
  ['ip cidr 0', [acl(31, 'ip', '0.0.0.0/0')]],
  ['ip cidr 33', [acl(31, 'ip', '127.0.0.1/33')]],
  ['ip cidr -1', [acl(31, 'ip', '127.0.0.1/-1')]],
  ['ip cidr text', [acl(31, 'ip', '127.0.0.1/x')]],
  ['ip short', [acl(31, 'ip', '127.0.0')]],
  ['ip 256', [acl(31, 'ip', '127.0.0.256')]],
  ['ip empty', [acl(31, 'ip', '')]],
  ['ip v6', [acl(31, 'ip', '::1')]],
  ['ip v6 cidr', [acl(31, 'ip', 'fe80::/10')]],
  ['ip v6 129', [acl(31, 'ip', '::1/129')]],
  ['ip v6 two gaps', [acl(31, 'ip', '1::2::3')]],
  ['x509', [acl(31, 'x509', 'CN=a')]],
  ['sasl', [acl(31, 'sasl', 'user')]],
  ['super', [acl(31, 'super', '')]],
  ['good and bad', [openAcl, acl(31, 'nosuch', 'x')]],
];

const acceptedLists: Scenario = {
  name: 'acls: which lists are accepted',
  run: async (stage) => {
    const a = await stage.client('A');
    await a.create('/lists');
    for (const [index, [label, list]] of lists.entries()) {
      const path = `/lists/n${index}`;
      await a.ask(`create with ${label}`, Op.create, createBody(path, { acl: list }));
      await a.getAcl(path);
    }
    await a.create('/lists/set');
    for (const [label, list] of lists.slice(0, 16)) {
      await a.setAcl('/lists/set', list);
      stage.note('A', 'that was', label);
    }
  },
};

const tryAll = async (client: ScenarioClient, path: string): Promise<void> => {
  await client.get(path);
  await client.exists(path);
  await client.children(path);
  await client.children2(path);
  await client.ask(`all ${path}`, Op.getAllChildrenNumber, pathBody(path));
  await client.getAcl(path);
  await client.set(path, 'changed');
  await client.create(`${path}/child`);
  await client.delete(`${path}/child`);
  await client.ask('check', Op.multi, multiBody([[Op.check, pathVersionBody(path, -1)]]));
  await client.ask('multiRead', Op.multiRead, multiBody([[Op.getData, pathWatchBody(path)]]));
  await client.ask('sync', Op.sync, pathBody(path));
  await client.ask('addWatch', Op.addWatch, pathIntBody(path, 0));
  await client.setAcl(path, [openAcl], 77);
};

const permissions: Scenario = {
  name: 'acls: what each permission allows',
  run: async (stage) => {
    const a = await stage.client('A');
    await a.create('/perm');
    for (const perms of [0, 1, 2, 4, 8, 16, 3, 12, 30]) {
      await a.create(`/perm/p${perms}`, { acl: [acl(perms, 'world', 'anyone')] });
      await tryAll(a, `/perm/p${perms}`);
    }
    await a.create('/perm/ip', { acl: [acl(31, 'ip', '10.0.0.0/8')] });
    await tryAll(a, '/perm/ip');
    await a.create('/perm/own', { acl: [acl(31, 'ip', '127.0.0.0/8')] });
    await tryAll(a, '/perm/own');
    await a.delete('/perm/p0');
  },
};

const digests: Scenario = {
  name: 'acls: digest users',
  run: async (stage) => {
    const a = await stage.client('A');
    const b = await stage.client('B');
    await a.ask('auth', Op.auth, authBody('digest', 'user:pw'), -4);
    await a.ask('auth again', Op.auth, authBody('digest', 'user:pw'), -4);
    await a.ask('auth second', Op.auth, authBody('digest', 'second:pw:with:colons'), 44);
    await a.ask('whoAmI', Op.whoAmI);
    await a.create('/dig', { acl: [acl(31, 'auth', '')] });
    await a.getAcl('/dig');
    await a.create('/dig/read', { acl: [acl(1, 'world', 'anyone'), acl(30, 'auth', 'ignored')] });
    await a.getAcl('/dig/read');
    await b.getAcl('/dig');
    await b.getAcl('/dig/read');
    await b.get('/dig');
    await b.set('/dig/read', 'x');
    await b.ask('auth wrong', Op.auth, authBody('digest', 'user:wrong'), -4);
    await b.get('/dig');
    await b.ask('auth right', Op.auth, authBody('digest', 'user:pw'), -4);
    await b.get('/dig');
    await b.getAcl('/dig');
    await b.ask('whoAmI', Op.whoAmI);
    await a.ask('auth no colon', Op.auth, authBody('digest', 'justuser'), -4);
    await a.ask('auth empty', Op.auth, authBody('digest', ''), -4);
    await a.ask('whoAmI', Op.whoAmI);
    await a.setAcl('/dig', [acl(31, 'auth', '')], 0);
    await a.getAcl('/dig');
    await a.setAcl('/dig', [openAcl]);
  },
};

const badAuth = (label: string, body: Buffer): Scenario => ({
  name: `acls: auth packet, ${label}`,
  run: async (stage) => {
    const a = await stage.client('A');
    await a.ask('auth', Op.auth, body, -4);
    await a.ask('ping', Op.ping, undefined, -2);
  },
});

const superUser: Scenario = {
  name: 'acls: the super user may do everything',
  server: 'rich',
  run: async (stage) => {
    const a = await stage.client('A');
    await a.create('/sup', { acl: [acl(1, 'digest', 'nobody:hash')] });
    await a.ask('wrong', Op.auth, authBody('digest', 'super:wrong'), -4);
    await a.get('/sup');
    await a.ask('auth', Op.auth, authBody('digest', 'super:test'), -4);
    await tryAll(a, '/sup');
    await a.ask('whoAmI', Op.whoAmI);
    await a.create('/sup/auth', { acl: [acl(31, 'auth', '')] });
    await a.getAcl('/sup/auth');
    await a.set('/zookeeper/config', 'by super');
    await a.get('/zookeeper/config');
    await a.ask('reconfig', Op.reconfig, cat(str(null), str('3'), str(null), int(-1), int(-1)));
  },
};

const delivery: Scenario = {
  name: 'acls: events only reach those who may read',
  run: async (stage) => {
    const a = await stage.client('A');
    const b = await stage.client('B');
    await a.ask('auth', Op.auth, authBody('digest', 'user:pw'), -4);
    await a.create('/dlv');
    await b.exists('/dlv/secret', true);
    await b.children('/dlv', true);
    await a.create('/dlv/secret', { acl: [acl(31, 'auth', '')] });
    await b.drain();
    await b.exists('/dlv/secret', true);
    await b.addWatch('/dlv/secret', 0);
    await a.set('/dlv/secret', 'x');
    await b.drain();
    await a.create('/dlv/secret/child', { acl: [openAcl] });
    await b.drain();
    await a.delete('/dlv/secret/child');
    await a.delete('/dlv/secret');
    await b.drain();
    await a.drain();
  },
};

export const acls: readonly Scenario[] = [
  acceptedLists,
  permissions,
  digests,
  badAuth('unknown scheme', authBody('nosuch', 'x')),
  badAuth('null scheme', authBody(null, 'x')),
  badAuth('world', authBody('world', 'anyone')),
  badAuth('auth', authBody('auth', '')),
  badAuth('sasl', authBody('sasl', 'x')),
  badAuth('ip', authBody('ip', '1.2.3.4')),
  badAuth('super', authBody('super', '')),
  badAuth('null data', authBody('digest', null)),
  badAuth('empty body', Buffer.alloc(0)),
  badAuth('cut', cat(int(0), str('digest'), int(50))),
  superUser,
  delivery,
];
