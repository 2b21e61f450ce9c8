/** A server in this process. */
import { startServer } from '../../server/index.ts';
import { FREE_PORTS, type HostOptions, type ServerHost } from './server-host.ts';
import { createSwitchedDisk } from './switched-disk.ts';

export async function startLocalHost(options: HostOptions): Promise<ServerHost> {
  const { configFile, systemProperties, logger } = options;
  let { isDiskFull } = options;
  let onFailed: (reason: string) => void = () => {};
  const server = await startServer({
    configFile,
    systemProperties,
    logger,
    listenPorts: FREE_PORTS,
    createDisk: createSwitchedDisk(() => isDiskFull),
    onServing: (change) => options.onServing(change),
    onFatal: (reason) => onFailed(reason),
  });
  // A process would end, and with it all of its connections.
  onFailed = (reason) => {
    void server.kill().then(() => options.onFailed(reason));
  };
  return {
    ports: server.ports,
    hearsWhilePaused: true,
    stop: () => server.stop(),
    kill: () => server.kill(),
    pause: () => server.pause(),
    resume: () => server.resume(),
    expireSession: (id) => server.expireSession(id),
    applied: async () => server.applied,
    waitUntilApplied: (zxid) => server.waitUntilApplied(zxid),
    async fillDisk(isFull) {
      isDiskFull = isFull;
    },
  };
}
