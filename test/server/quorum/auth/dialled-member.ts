/** A MemberDial to a listener of the test's own. */
import type { TestContext } from 'node:test';
import { TcpListener } from '../../../../src/io/net/tcp-listener.ts';
import type { QuorumAuth } from '../../../../src/server/quorum/auth/quorum-auth.ts';
import { MemberDial } from '../../../../src/server/quorum/member-dial.ts';
import { ServerEnd } from '../../../io/net/socket-pairs.ts';
import { Events } from '../election-ports.ts';

export interface DialMemberOptions {
  readonly auth: QuorumAuth | null;
  readonly greeting?: Uint8Array;
}

export async function dialMember(t: TestContext, options: DialMemberOptions) {
  const events = new Events();
  const seen: string[] = [];
  const see = (what: string) => {
    seen.push(what);
    events.changed();
  };
  let end: ServerEnd | null = null;
  const listener = new TcpListener(
    { port: 0, address: '127.0.0.1', backlog: -1, keepAlive: false },
    {
      onConnection: (tcp) => {
        end = new ServerEnd(tcp);
        tcp.start(end);
        events.changed();
      },
      onError: (error) => see(error.message),
    },
  );
  await listener.listen();
  const addresses = [{ host: '127.0.0.1', port: listener.port }];
  const dial = new MemberDial(
    { addresses, keepAlive: false, timeoutMs: 30_000, ...options },
    {
      onConnected: (tcp, bytes) => {
        t.after(() => tcp.destroy());
        see(`connected ${Buffer.from(bytes)}`);
        tcp.start({
          onBytes: (chunk) => see(`bytes ${Buffer.from(chunk)}`),
          onDrain: () => {},
          onClose: () => {},
        });
      },
      onFailed: (reason) => see(`failed: ${reason}`),
    },
  );
  t.after(() => {
    dial.cancel();
    listener.close();
    end?.tcp.destroy();
  });
  const server = async (): Promise<ServerEnd> => {
    await events.until(() => end !== null);
    if (end === null) throw new Error('Nobody has connected.');
    return end;
  };
  const until = (holds: () => boolean) => events.until(holds);
  return { dial, seen, server, until, sees: (what: string) => until(() => seen.includes(what)) };
}
