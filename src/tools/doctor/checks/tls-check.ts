/** Certificates of the configured stores: readable, in force, and for this host. */
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Subject } from '../../configuration.ts';
import { isSystemError } from '../../system-error.ts';
import { type Finding, Findings } from '../finding.ts';

const DAY_MS = 86_400_000;
const SOON_DAYS = 30;
const CERTIFICATE =
  /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g;
const STORES = ['ssl.keyStore', 'ssl.trustStore', 'ssl.quorum.keyStore', 'ssl.quorum.trustStore'];

export function checkTls(subject: Subject, nowMs = Date.now()): Finding[] {
  const findings = new Findings('tls');
  const { systemProperties } = subject.config;
  for (const store of STORES) {
    const path = systemProperties.get(`zookeeper.${store}.location`);
    if (path === undefined || path === '') continue;
    const what = `${store}.location ${path}`;
    if (!path.endsWith('.pem') && systemProperties.get(`zookeeper.${store}.type`) !== 'PEM') {
      findings.ok(`${what} is no PEM file: its certificates are not looked at`);
      continue;
    }
    const certificates = readCertificates(findings, path, what);
    if (certificates.length === 0) continue;
    checkDates(findings, { certificates, what, nowMs });
    if (!store.endsWith('keyStore')) continue;
    warnOfReaders(findings, path);
    if (store.includes('quorum')) checkHosts(findings, certificates[0], subject);
  }
  return findings.all;
}

function readCertificates(findings: Findings, path: string, what: string): X509Certificate[] {
  try {
    const blocks = readFileSync(path, 'latin1').match(CERTIFICATE) ?? [];
    if (blocks.length === 0) findings.fail(`${what}: no certificate is in it`, 'put one in it');
    return blocks.map((block) => new X509Certificate(block));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const reason = isSystemError(error) ? error.code : error.message;
    findings.fail(`${what} cannot be read (${reason})`, 'correct the path, the rights or the file');
    return [];
  }
}

interface Dated {
  readonly certificates: readonly X509Certificate[];
  readonly what: string;
  readonly nowMs: number;
}

/** The first one to expire ends the use of all. */
function checkDates(findings: Findings, { certificates, what, nowMs }: Dated): void {
  const [first] = [...certificates].sort(
    (one, other) => Date.parse(one.validTo) - Date.parse(other.validTo),
  );
  if (first === undefined) return;
  const name = first.subject.replaceAll('\n', ', ');
  const leftDays = Math.floor((Date.parse(first.validTo) - nowMs) / DAY_MS);
  const advice = 'renew it';
  if (leftDays < 0) {
    findings.fail(`${what}: ${name} has expired on ${first.validTo}`, advice);
  } else if (certificates.some(({ validFrom }) => Date.parse(validFrom) > nowMs)) {
    findings.fail(`${what}: a certificate is not in force yet`, 'check the clock');
  } else if (leftDays < SOON_DAYS) {
    findings.warn(`${what}: ${name} expires in ${leftDays} days`, advice);
  } else {
    findings.ok(`${what}: in force for ${leftDays} days`);
  }
}

function warnOfReaders(findings: Findings, path: string): void {
  if ((statSync(path).mode & 0o077) === 0) return;
  findings.warn(`others may read the private key in ${path}`, `chmod 600 ${path}`);
}

/** The others compare the name in their list with the certificate. */
function checkHosts(
  findings: Findings,
  certificate: X509Certificate | undefined,
  { own }: Subject,
): void {
  for (const { host } of own?.addresses ?? []) {
    const isNamed = isIP(host) === 0 ? certificate?.checkHost(host) : certificate?.checkIP(host);
    if (isNamed !== undefined) continue;
    findings.warn(
      `the certificate for the other servers does not name ${host}, where server.${own?.id} is`,
      'give it that name as a subjectAltName, or set ssl.quorum.hostnameVerification=false',
    );
  }
}
