/** Puts the parts of a client together and lets it begin to connect. */
import { ClientContext } from '../calls/client-context.ts';
import { Chroot } from '../chroot.ts';
import { checkOptions, type ZooKeeperOptions } from '../client-options.ts';
import { parseConnectString } from '../connect-string.ts';
import { dialTcp } from './connection.ts';
import { SessionShell } from './session-shell.ts';

/** Throws BadArguments. */
export function openClient(connectString: string, options: ZooKeeperOptions): ClientContext {
  const { hosts, chroot: root } = parseConnectString(connectString);
  const checked = checkOptions(options);
  const chroot = new Chroot(root);
  const deps = {
    nowMs: () => performance.now(),
    random: Math.random,
    dial: dialTcp,
    ...options.deps,
  };
  const { logger } = options;
  const probe = async () => false;
  const shell = new SessionShell({ hosts, chroot, checked, deps, logger, sasl: null, probe });
  shell.start();
  const { retry, requestTimeoutMs, isRenewing } = checked;
  const isRetrying = options.retry !== undefined;
  const defaults = { retry, requestTimeoutMs, isRenewing, isRetrying, ...deps };
  return new ClientContext(shell, chroot, defaults);
}
