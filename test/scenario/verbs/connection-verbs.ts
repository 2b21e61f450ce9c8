/**
 * Verbs about connections and sessions.
 *
 *   connect a timeout=6000           a new session, or the client's own again
 *   connect b session=a              takes up another client's session
 *   connect a password=wrong         with a password of zeros
 *   connect a seen=99                has seen a zxid
 *   disconnect a                     the transport breaks
 *   close a                          closeSession
 *   auth a user:pass                 a digest
 *   ping a
 */
import type { ConnectFacts } from '../scenario-server.ts';
import { type VerbTable, wordAt } from '../verb.ts';

export const connectionVerbs: VerbTable = {
  connect({ run, words, options }) {
    const owner = options.get('session');
    const timeout = options.get('timeout');
    const seen = options.get('seen');
    const address = options.get('address');
    const facts: ConnectFacts = {
      ...(timeout !== undefined && { timeOut: Number(timeout) }),
      ...(seen !== undefined && { lastZxidSeen: Number(seen) }),
      ...(address !== undefined && { address }),
      ...(owner !== undefined && {
        sessionId: run.client(owner).sessionId,
        password: run.client(owner).password,
      }),
      ...(options.has('password') && { password: new Uint8Array(16) }),
    };
    run.connect(wordAt({ words }, 0), facts);
  },
  disconnect: ({ run, words }) => run.disconnect(wordAt({ words }, 0)),
  close: ({ run, words }) => run.send(wordAt({ words }, 0), { kind: 'closeSession' }),
  auth: ({ run, words }) =>
    run.send(wordAt({ words }, 0), {
      kind: 'auth',
      scheme: 'digest',
      auth: Buffer.from(wordAt({ words }, 1)),
    }),
  ping: ({ run, words }) => run.send(wordAt({ words }, 0), { kind: 'ping' }),
};
