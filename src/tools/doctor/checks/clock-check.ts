/**
 * The clocks of the others, where their admin server tells: an answer by HTTP has a date, in seconds.
 * Nodes with a time to live go by the leader's clock, and logs are compared by it.
 */
import { get, type RequestOptions } from 'node:http';
import type { Configuration } from '../../configuration.ts';
import { type Finding, Findings } from '../finding.ts';

const TIMEOUT_MS = 2000;
/** The date is up to a second old when it comes. */
const SKEW_MS_MAX = 3000;

export async function checkClocks({ config, own }: Configuration): Promise<Finding[]> {
  const findings = new Findings('clock');
  if (!config.isDistributed) return findings.all;
  const { port, commandUrl } = config.admin;
  const others = config.ensemble.servers.filter((server) => server !== own);
  const compared = others.map(async ({ id, addresses }) => {
    const skewMs = await skewOf({
      host: addresses[0]?.host ?? '',
      port,
      path: `${commandUrl}/ruok`,
    });
    if (skewMs === null) return;
    const what = `server.${id}: its clock differs by ${(Math.abs(skewMs) / 1000).toFixed(1)} s`;
    if (Math.abs(skewMs) <= SKEW_MS_MAX) findings.ok(`${what} at most`);
    else findings.warn(what, 'let both machines get the time by NTP');
  });
  await Promise.all(compared);
  return findings.all;
}

/** Null when nobody tells, as where there is no admin server. */
function skewOf(target: RequestOptions): Promise<number | null> {
  return new Promise((done) => {
    const sentMs = Date.now();
    const request = get({ ...target, timeout: TIMEOUT_MS }, (response) => {
      response.destroy();
      done(estimateSkew({ sentMs, heardMs: Date.now(), date: response.headers.date }));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => done(null));
    request.on('close', () => done(null));
  });
}

export interface DatedAnswer {
  readonly sentMs: number;
  readonly heardMs: number;
  /** As HTTP writes it, without fractions of a second. */
  readonly date: string | undefined;
}

/** The middle of the second that it names, against the middle of the way there and back. */
export function estimateSkew({ sentMs, heardMs, date = '' }: DatedAnswer): number | null {
  const saidMs = Date.parse(date) + 500;
  return Number.isNaN(saidMs) ? null : saidMs - (sentMs + heardMs) / 2;
}
