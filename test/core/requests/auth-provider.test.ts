import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AccessRules, type AuthProvider } from '../../../src/core/requests/auth-provider.ts';
import { describeErrorCode } from '../../../src/protocol/error-code.ts';
import type { Acl, AclList, Id } from '../../../src/protocol/records/acl.ts';

const name: AuthProvider = {
  scheme: 'name',
  isAuthenticated: true,
  authenticate: () => [],
  matches: (id, aclId) => id === aclId,
  isValid: (aclId) => aclId !== 'bad',
  userName: (id) => id.toUpperCase(),
};
const place: AuthProvider = { ...name, scheme: 'place', isAuthenticated: false };
const rules = new AccessRules([name, place], { skipAcl: false });

const id = (scheme: string | null, text: string | null): Id => ({ scheme, id: text });
const acl = (perms: number, who: Id): Acl => ({ perms, id: who });
const ANYONE = id('world', 'anyone');

test('access: any of the wanted permissions in an entry that fits → allowed', () => {
  const list = [acl(1, ANYONE), acl(2, id('name', 'ann'))];
  const ann = [id('name', 'ann')];
  assert.equal(rules.isAllowed(list, 1, []), true);
  assert.equal(rules.isAllowed(list, 2, []), false);
  assert.equal(rules.isAllowed(list, 2, ann), true);
  assert.equal(rules.isAllowed(list, 4, ann), false);
  assert.equal(rules.isAllowed(list, 4 | 2, ann), true);
  assert.equal(rules.isAllowed(list, 2, [id('place', 'ann')]), false, 'another scheme');
});

test('access: no entry at all, super, or skipACL → allowed', () => {
  assert.equal(rules.isAllowed([], 31, []), true);
  assert.equal(rules.isAllowed([acl(0, ANYONE)], 16, [id('super', '')]), true);
  const open = new AccessRules([name], { skipAcl: true });
  assert.equal(open.isAllowed([acl(0, ANYONE)], 16, []), true);
});

test('access: a scheme without a provider in a stored ACL → nobody falls under it', () => {
  assert.equal(rules.isAllowed([acl(31, id('sasl', 'x'))], 1, [id('sasl', 'x')]), false);
});

const FIXED: readonly [string, AclList | null, AclList | string][] = [
  ['null', null, 'InvalidAcl'],
  ['empty', [], 'InvalidAcl'],
  ['world:anyone', [acl(31, ANYONE)], [acl(31, ANYONE)]],
  ['world:other', [acl(31, id('world', 'other'))], 'InvalidAcl'],
  ['twice the same', [acl(1, ANYONE), acl(1, ANYONE)], [acl(1, ANYONE)]],
  ['the same with other perms', [acl(1, ANYONE), acl(2, ANYONE)], [acl(1, ANYONE), acl(2, ANYONE)]],
  ['odd perms', [acl(0, ANYONE), acl(32, ANYONE)], [acl(0, ANYONE), acl(32, ANYONE)]],
  ['an unknown scheme', [acl(1, id('sasl', 'x'))], 'InvalidAcl'],
  ['no scheme', [acl(1, id(null, 'x'))], 'InvalidAcl'],
  ['an invalid id', [acl(1, id('name', 'bad'))], 'InvalidAcl'],
  ['a null id', [acl(1, id('name', null))], 'MarshallingError'],
  ['a null id of world', [acl(1, id('world', null))], 'MarshallingError'],
  ['auth', [acl(3, id('auth', ''))], [acl(3, id('name', 'ann')), acl(3, id('name', 'bob'))]],
];

test('fixup: each list → what is stored, or why it is not', () => {
  const ids = [id('place', 'here'), id('name', 'ann'), id('name', 'bob')];
  for (const [what, list, expected] of FIXED) {
    const fixed = rules.fixup(list, ids);
    assert.deepEqual(typeof fixed === 'number' ? describeErrorCode(fixed) : fixed, expected, what);
  }
});

test('fixup: auth without a proved identity → InvalidAcl', () => {
  const fixed = rules.fixup([acl(3, id('auth', ''))], [id('place', 'here')]);
  assert.equal(typeof fixed === 'number' && describeErrorCode(fixed), 'InvalidAcl');
});

test('fixup: skipACL → taken as it is, null as empty', () => {
  const open = new AccessRules([], { skipAcl: true });
  assert.deepEqual(open.fixup(null, []), []);
  assert.deepEqual(open.fixup([acl(1, id('sasl', null))], []), [acl(1, id('sasl', null))]);
});

test('userNames: as the provider says, empty without one', () => {
  assert.deepEqual(rules.userNames([id('name', 'ann'), id('super', 'x')]), [
    { authScheme: 'name', user: 'ANN' },
    { authScheme: 'super', user: '' },
  ]);
});
