/**
 * Who is at the ends of a connection, by the bytes that it begins with: the three protocols of
 * ZooKeeper all say so at a fixed place.
 */

export interface Introduction {
  /** How many bytes are needed. */
  readonly length: number;
  /** Null when they are of something else. */
  read(bytes: Buffer): bigint | null;
}

/** The election port: the dialler's id, behind a version (QuorumCnxManager's initial message). */
export const ELECTION_CALLER: Introduction = {
  length: 16,
  read(bytes) {
    const version = bytes.readBigInt64BE(0);
    return version < 0n ? bytes.readBigInt64BE(8) : version;
  },
};

const FOLLOWERINFO = 11;
const OBSERVERINFO = 16;

/** The quorum port: a packet with type, zxid and LearnerInfo, which begins with the learner's id. */
export const QUORUM_CALLER: Introduction = {
  length: 24,
  read(bytes) {
    const type = bytes.readInt32BE(0);
    return type === FOLLOWERINFO || type === OBSERVERINFO ? bytes.readBigInt64BE(16) : null;
  },
};

/** With its length in front, without and with the byte that says whether it is read-only. */
const CONNECT_RESPONSE_BYTES: readonly number[] = [36, 37];

/** The client port's answer: a ConnectResponse with the session's id; 0 refuses one. */
export const SESSION: Introduction = {
  length: 20,
  read(bytes) {
    if (!CONNECT_RESPONSE_BYTES.includes(bytes.readInt32BE(0))) return null;
    const id = bytes.readBigInt64BE(12);
    return id === 0n ? null : id;
  },
};

/** Collects the first bytes, and tells once who it is. */
export class FirstBytes {
  readonly #introduction: Introduction;
  readonly #onKnown: (id: bigint | null) => void;
  #bytes: Buffer | null = Buffer.alloc(0);

  constructor(introduction: Introduction, onKnown: (id: bigint | null) => void) {
    this.#introduction = introduction;
    this.#onKnown = onKnown;
  }

  push(chunk: Buffer): void {
    if (this.#bytes === null) return;
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    if (this.#bytes.length >= this.#introduction.length) {
      this.#tell(this.#introduction.read(this.#bytes));
    }
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#bytes !== null) this.#tell(null);
  }

  #tell(id: bigint | null): void {
    this.#bytes = null;
    this.#onKnown(id);
  }
}
