/**
 * ServerId: `myid`, the sid of ZooKeeper. A long on the wire, here a number: ids beyond ±2^53 are
 * refused where bytes are read, but for the two below, which are powers of two and so exact.
 */
export type ServerId = number;

/** Long.MIN_VALUE: whom an observer proposes as leader, with this for zxid and epoch, too. */
export const NO_SERVER: ServerId = -(2 ** 63);

/**
 * Long.MAX_VALUE (QuorumPeer.OBSERVER_ID): what an old observer without an id of its own says. One
 * less than this number, which is the nearest to it.
 */
export const OBSERVER_ID: ServerId = 2 ** 63;
