/**
 * AclTable: each distinct ACL list once, under a number that nodes and snapshots hold (ZooKeeper's
 * ReferenceCountedACLCache). -1 is the open ACL of the nodes that exist from the start; it is
 * never in the table.
 */
import { assert, present } from '../../base/assert.ts';
import { type Acl, type AclList, Permission } from '../../protocol/records/acl.ts';

export type AclId = number;
export const OPEN_ACL_ID: AclId = -1;

export const OPEN_ACL: AclList = [{ perms: Permission.all, id: { scheme: 'world', id: 'anyone' } }];

/** The list of an id that is not in the table, which a damaged snapshot may hold. */
const NOBODY: AclList = [{ perms: 0, id: { scheme: 'world', id: 'nobody' } }];

interface Entry {
  readonly list: AclList;
  readonly key: string;
  /** What world:anyone may do: lets the common check skip the list. */
  readonly openPerms: number;
  references: number;
}

function keyOf(list: AclList): string {
  return JSON.stringify(list.map((acl) => [acl.perms, acl.id.scheme, acl.id.id]));
}

function isSame(a: AclList, b: AclList): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) {
    const x = a[at] as Acl;
    const y = b[at] as Acl;
    if (x.perms !== y.perms || x.id.scheme !== y.id.scheme || x.id.id !== y.id.id) return false;
  }
  return true;
}

function openPermsOf(list: AclList): number {
  let perms = 0;
  for (const acl of list) {
    if (acl.id.scheme === 'world' && acl.id.id === 'anyone') perms |= acl.perms;
  }
  return perms;
}

export class AclTable {
  readonly #entries = new Map<AclId, Entry>();
  readonly #idsByKey = new Map<string, AclId>();
  #lastId: AclId = 0;
  /** What was added last: nodes made one after the other mostly have the same list. */
  #recentId: AclId = 0;
  #recent: Entry | null = null;

  get size(): number {
    return this.#entries.size;
  }

  /** The list's id, with one more reference to it. */
  add(list: AclList): AclId {
    if (this.#recent !== null && this.#recent.references > 0 && isSame(this.#recent.list, list)) {
      this.#recent.references++;
      return this.#recentId;
    }
    const id = this.#addByKey(list);
    this.#recentId = id;
    this.#recent = present(this.#entries.get(id));
    return id;
  }

  #addByKey(list: AclList): AclId {
    const key = keyOf(list);
    const known = this.#idsByKey.get(key);
    if (known !== undefined) {
      present(this.#entries.get(known)).references++;
      return known;
    }
    const id = ++this.#lastId;
    this.#set(id, list, 1);
    return id;
  }

  /** One more reference to a list that may be absent, as nodes of a fuzzy snapshot may point to one. */
  addReference(id: AclId): void {
    const entry = this.#entries.get(id);
    if (entry) entry.references++;
  }

  release(id: AclId): void {
    if (id === OPEN_ACL_ID) return;
    const entry = this.#entries.get(id);
    if (!entry) return;
    assert(entry.references > 0, 'an ACL list is released once too often');
    entry.references--;
    if (entry.references === 0) this.#drop(id, entry);
  }

  list(id: AclId): AclList {
    if (id === OPEN_ACL_ID) return OPEN_ACL;
    return this.#entries.get(id)?.list ?? NOBODY;
  }

  /** The permissions that everybody has by world:anyone. */
  openPerms(id: AclId): number {
    if (id === OPEN_ACL_ID) return Permission.all;
    return this.#entries.get(id)?.openPerms ?? 0;
  }

  /** A list under the number that a snapshot gives it, not yet referenced. */
  load(id: AclId, list: AclList): void {
    this.#set(id, list, 0);
    this.#lastId = Math.max(this.#lastId, id);
  }

  /** Forgets the lists that no node of a loaded snapshot uses. */
  purgeUnused(): void {
    for (const [id, entry] of this.#entries) {
      if (entry.references === 0) this.#drop(id, entry);
    }
  }

  entries(): (readonly [AclId, AclList])[] {
    return [...this.#entries].map(([id, entry]) => [id, entry.list] as const);
  }

  #set(id: AclId, list: AclList, references: number): void {
    const key = keyOf(list);
    this.#entries.set(id, { list, key, openPerms: openPermsOf(list), references });
    this.#idsByKey.set(key, id);
  }

  #drop(id: AclId, entry: Entry): void {
    this.#entries.delete(id);
    if (this.#idsByKey.get(entry.key) === id) this.#idsByKey.delete(entry.key);
  }
}
