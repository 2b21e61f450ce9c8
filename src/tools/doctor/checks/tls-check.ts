/** TLS: stores that the server can use, certificates in force, for this host, and read by nobody else. */
import { X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { isIP } from 'node:net';
import { ConfigError } from '../../../server/config/config-error.ts';
import type { TlsPrefix, TlsSettings } from '../../../server/config/settings/tls-settings.ts';
import { readKeyStore, readTrustStore } from '../../../server/tls/key-stores.ts';
import { readStoreFile } from '../../../server/tls/store-file.ts';
import { readTlsOptions } from '../../../server/tls/tls-options.ts';
import type { Configuration } from '../../configuration.ts';
import { type Finding, Findings } from '../finding.ts';

const DAY_MS = 86_400_000;
const SOON_DAYS = 30;
const OTHERS_MAY_READ = 0o077;

export async function checkTls(subject: Configuration, nowMs = Date.now()): Promise<Finding[]> {
  const findings = new Findings('tls');
  const { secureClientPort, clientTls, quorumTls, quorum, isDistributed } = subject.config;
  if (secureClientPort !== null || clientTls.portUnification) {
    await checkStores(findings, { prefix: 'ssl.', settings: clientTls, nowMs });
  }
  if (isDistributed && (quorum.sslQuorum || quorum.sslQuorumPortUnification)) {
    const use = { prefix: 'ssl.quorum.', settings: quorumTls, nowMs } as const;
    const own = await checkStores(findings, use);
    if (own !== null && quorumTls.hostnameVerification) checkHosts(findings, own, subject);
  }
  return findings.all;
}

interface Use {
  readonly prefix: TlsPrefix;
  readonly settings: TlsSettings;
  readonly nowMs: number;
}

/** The own certificate; null where it cannot be looked at. */
async function checkStores(findings: Findings, use: Use): Promise<X509Certificate | null> {
  const { prefix, settings } = use;
  try {
    // All that the server does with them at its start; what it warns of is looked at below.
    await readTlsOptions(settings, prefix, () => {});
    const keyStore = await readStoreFile('keyStore', prefix, settings);
    const trustStore = await readStoreFile('trustStore', prefix, settings);
    if (trustStore !== null) {
      const { certificates } = await readTrustStore(trustStore);
      for (const pem of certificates) checkDates(findings, new X509Certificate(pem), use);
    }
    if (keyStore === null) return null;
    warnOfReaders(findings, keyStore.path);
    const { certificate } = await readKeyStore(keyStore);
    checkDates(findings, certificate, use);
    return certificate;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    findings.fail(error.message.replace(/\.$/, ''), 'the server does not start with it');
    return null;
  }
}

function checkDates(findings: Findings, certificate: X509Certificate, { prefix, nowMs }: Use) {
  const { validFrom, validTo } = certificate;
  const what = `${prefix}*: the certificate ${certificate.subject.replaceAll('\n', ', ')}`;
  const leftDays = Math.floor((Date.parse(validTo) - nowMs) / DAY_MS);
  if (leftDays < 0) findings.fail(`${what} has expired on ${validTo}`, 'renew it');
  else if (Date.parse(validFrom) > nowMs) {
    findings.fail(`${what} is not in force before ${validFrom}`, 'check the clock of this machine');
  } else if (leftDays < SOON_DAYS) findings.warn(`${what} expires in ${leftDays} days`, 'renew it');
  else findings.ok(`${what} is in force for ${leftDays} days`);
}

function warnOfReaders(findings: Findings, path: string): void {
  if ((statSync(path).mode & OTHERS_MAY_READ) === 0) return;
  findings.warn(`others may read the private key in ${path}`, `chmod 600 ${path}`);
}

/** The others compare the name in their list with the certificate. */
function checkHosts(
  findings: Findings,
  certificate: X509Certificate,
  { own }: Configuration,
): void {
  for (const { host } of own?.addresses ?? []) {
    const named = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
    if (named !== undefined) continue;
    findings.warn(
      `the certificate for the other servers does not name ${host}, where server.${own?.id} is`,
      'give it that name as a subjectAltName, or set ssl.quorum.hostnameVerification=false',
    );
  }
}
