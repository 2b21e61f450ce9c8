/**
 * SnapshotBody: what a snapshot file and the snapshot that a leader sends have in common: sessions,
 * ACL table and nodes, entry by entry. The path "/" that ends the nodes is not part of it.
 */
import { assert, unreachable } from '../../base/assert.ts';
import type { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import { AclVector } from '../../protocol/records/acl.ts';
import type { SnapshotSource } from './snapshot-source.ts';

type Part = 'begin' | 'sessions' | 'acls' | 'nodes' | 'end';

export class SnapshotBody {
  readonly #source: SnapshotSource;
  #part: Part = 'begin';
  /** How many of the current part's entries are written. */
  #done = 0;

  constructor(source: SnapshotSource) {
    this.#source = source;
  }

  /** Appends the next entry; false, and nothing appended, after the last. */
  append(writer: BinaryWriter): boolean {
    switch (this.#part) {
      case 'begin':
        this.#begin('sessions', writer, this.#source.sessions.length);
        return true;
      case 'sessions':
        this.#appendSession(writer);
        return true;
      case 'acls':
        this.#appendAcl(writer);
        return true;
      case 'nodes':
        if (!this.#source.nextNode(writer)) this.#part = 'end';
        return !this.#hasEnded();
      case 'end':
        assert(false, 'the snapshot has ended');
        return false;
      default:
        return unreachable(this.#part);
    }
  }

  #hasEnded(): boolean {
    return this.#part === 'end';
  }

  #begin(part: Part, writer: BinaryWriter, count: number): void {
    this.#part = part;
    this.#done = 0;
    writer.int(count);
  }

  #appendSession(writer: BinaryWriter): void {
    const session = this.#source.sessions[this.#done++];
    if (session === undefined) {
      this.#begin('acls', writer, this.#source.acls.length);
      return;
    }
    writer.long(session[0]);
    writer.int(session[1]);
  }

  #appendAcl(writer: BinaryWriter): void {
    const entry = this.#source.acls[this.#done++];
    if (entry === undefined) {
      this.#part = 'nodes';
      return;
    }
    writer.longFromNumber(entry[0]);
    AclVector.write(writer, entry[1]);
  }
}
