/**
 * ConnectionOutput: the bytes that wait to be sent, by connection. All replies of one turn go into
 * one buffer for each connection, which the driver sends with one write; buffers are used again.
 */
import { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import type { ClientConnection } from './client-connection.ts';

const CAPACITY_FIRST = 4096;
/** A buffer that one large reply has blown up is not kept. */
const CAPACITY_KEPT_MAX = 262144;
const IDLE_WRITERS_MAX = 64;

export class ConnectionOutput {
  readonly #idle: BinaryWriter[] = [];
  #dirty: ClientConnection[] = [];

  outputOf(connection: ClientConnection): BinaryWriter {
    if (connection.output !== null) return connection.output;
    const writer = this.#idle.pop() ?? new BinaryWriter(CAPACITY_FIRST);
    connection.output = writer;
    this.#dirty.push(connection);
    return writer;
  }

  /** The connection has something for the driver to do, if only to close it. */
  touch(connection: ClientConnection): void {
    this.outputOf(connection);
  }

  /** Connections with output, each once; the driver sends it and then releases it. */
  takeDirty(): readonly ClientConnection[] {
    const dirty = this.#dirty;
    if (dirty.length > 0) this.#dirty = [];
    return dirty;
  }

  /** The output is sent or copied. */
  release(connection: ClientConnection): void {
    const writer = connection.output;
    connection.output = null;
    if (writer === null || this.#idle.length >= IDLE_WRITERS_MAX) return;
    if (writer.bytes.length > CAPACITY_KEPT_MAX) return;
    writer.clear();
    this.#idle.push(writer);
  }
}
