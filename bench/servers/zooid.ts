// Zooid as operators start it, by bin/zkServer.sh on the built dist/. The Node binary can be
// chosen, by putting its folder first in PATH, which is where the script looks.

import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { findFreePort } from '../../test/free-ports.ts';
import { startZooidServer, zooidServerAvailability } from '../../test/interop/zooid-server.ts';
import type { ContestantOrReason } from './contestant.ts';

/** Puts the folder of this Node first in PATH. */
export const pathWithNode = (nodeBinary: string): Record<string, string> => ({
  PATH: `${path.dirname(path.resolve(nodeBinary))}:${process.env['PATH'] ?? ''}`,
});

export const zooidContestant = (nodeBinary: string): ContestantOrReason => {
  const name = 'zooid';
  const availability = zooidServerAvailability();
  if (!availability.available) return { name, reason: availability.reason };
  if (path.basename(nodeBinary) !== 'node') {
    return { name, reason: `--node must name a file called node, not ${nodeBinary}.` };
  }
  const nodeVersion = execFileSync(nodeBinary, ['--version'], { encoding: 'utf8' }).trim();
  const env = pathWithNode(nodeBinary);
  return {
    name,
    version: `Zooid on Node ${nodeVersion}`,
    start: (options) => startZooidServer({ env, ...options }),
  };
};

const SCRAPE_INTERVAL_MS = 1000;

/** The same with the metrics page of Prometheus, which is read every second. */
export const zooidMetricsContestant = (nodeBinary: string): ContestantOrReason => {
  const plain = zooidContestant(nodeBinary);
  if ('reason' in plain) return plain;
  return {
    ...plain,
    name: 'zooid-metrics',
    start: async (options) => {
      const port = await findFreePort();
      const config = {
        ...options.config,
        'metricsProvider.className':
          'org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider',
        'metricsProvider.httpPort': String(port),
      };
      const server = await plain.start({ ...options, config });
      const url = `http://127.0.0.1:${port}/metrics`;
      const timer = setInterval(() => {
        // Who cannot be read is measured all the same; that it is there the start has shown.
        fetch(url).then(
          (response) => response.text(),
          () => {},
        );
      }, SCRAPE_INTERVAL_MS);
      const ending = (end: () => Promise<void>) => (): Promise<void> => {
        clearInterval(timer);
        return end();
      };
      return { ...server, stop: ending(() => server.stop()), kill: ending(() => server.kill()) };
    },
  };
};
