/** Puts the parts of a client together and lets it begin to connect. */
import { resolveSrv } from 'node:dns/promises';
import { DigestMd5Client } from '../../io/sasl/digest-md5-client.ts';
import { ClientContext } from '../calls/client-context.ts';
import { Chroot } from '../chroot.ts';
import { checkOptions, type ZooKeeperOptions } from '../client-options.ts';
import { parseConnectString } from '../connect-string.ts';
import type { Host } from '../machine/host-provider.ts';
import { dialTcp } from './connection.ts';
import { isReadWrite } from './isro-probe.ts';
import { SessionShell } from './session-shell.ts';
import { dialSrv } from './srv-dial.ts';
import { dialTls } from './tls-dial.ts';

/** What Java's client names as service and host, wherever the server is. */
const DIGEST_URI = 'zookeeper/zk-sasl-md5';

/** Throws BadArguments. */
export function openClient(connectString: string, options: ZooKeeperOptions): ClientContext {
  const { hosts, chroot: root } = parseConnectString(connectString);
  const checked = checkOptions(options);
  const chroot = new Chroot(root);
  const given = {
    nowMs: () => performance.now(),
    random: Math.random,
    dial: options.tls === undefined ? dialTcp : dialTls(options.tls),
    resolveSrv,
    ...options.deps,
  };
  const dial = dialSrv(given);
  const deps = { ...given, dial };
  const { logger } = options;
  const sasl = checked.sasl && new DigestMd5Client({ ...checked.sasl, digestUri: DIGEST_URI });
  const probe = (host: Host) => isReadWrite(dial, host);
  const shell = new SessionShell({ hosts, chroot, checked, deps, logger, sasl, probe });
  shell.start();
  const { retry, requestTimeoutMs, isRenewing } = checked;
  const isRetrying = options.retry !== undefined;
  const defaults = { retry, requestTimeoutMs, isRenewing, isRetrying, ...deps };
  return new ClientContext(shell, chroot, defaults);
}
