/**
 * A byte sequence that is not what the protocol says: a fault of the peer or of the file, never of
 * this program. Whoever reads from outside catches it in one place.
 */
export class JuteError extends Error {
  override readonly name = 'JuteError';
}
