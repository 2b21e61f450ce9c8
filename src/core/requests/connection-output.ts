/**
 * ConnectionOutput: the bytes that wait to be sent, by connection. All replies of one turn go into
 * one buffer for each connection, which the driver sends with one write; buffers are used again.
 */
import { BinaryWriter } from '../../protocol/jute/binary-writer.ts';
import type { ClientConnection } from './client-connection.ts';

const CAPACITY_FIRST = 1024;
/** What idle buffers may take together: one that a large reply has blown up counts as such. */
const IDLE_BYTES_MAX = 4194304;

export class ConnectionOutput {
  readonly #idle: BinaryWriter[] = [];
  #idleBytes = 0;
  #dirty: ClientConnection[] = [];

  outputOf(connection: ClientConnection): BinaryWriter {
    if (connection.output !== null) return connection.output;
    const writer = this.#takeWriter();
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
    if (writer === null || this.#idleBytes + writer.bytes.length > IDLE_BYTES_MAX) return;
    writer.clear();
    this.#idleBytes += writer.bytes.length;
    this.#idle.push(writer);
  }

  #takeWriter(): BinaryWriter {
    const idle = this.#idle.pop();
    if (idle === undefined) return new BinaryWriter(CAPACITY_FIRST);
    this.#idleBytes -= idle.bytes.length;
    return idle;
  }
}
