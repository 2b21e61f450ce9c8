/**
 * readTlsOptions: from ZooKeeper's TLS settings to what `node:tls`, `node:https` and their
 * `setSecureContext` take (ZooKeeper's X509Util). Whatever cannot work is a ConfigError here, before
 * anything listens. To be loaded only by a server that is configured for TLS.
 */
import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import { ConfigError } from '../config/config-error.ts';
import type { TlsPrefix, TlsSettings } from '../config/settings/tls-settings.ts';
import { chooseCiphers } from './cipher-suites.ts';
import { type OwnKey, readKeyStore, readTrustStore } from './key-stores.ts';
import { readStoreFile, storeError } from './store-file.ts';

/** As a server takes them; one that dials passes over the two of the client's certificate. */
export interface TlsOptions extends SecureContextOptions {
  readonly requestCert: boolean;
  /** Refuses whoever has no certificate, or one that is not trusted. */
  readonly rejectUnauthorized: boolean;
}

/** Sentences for the log: what is odd but works. */
export type Warn = (message: string) => void;

export async function readTlsOptions(
  settings: TlsSettings,
  prefix: TlsPrefix,
  warn: Warn,
): Promise<TlsOptions> {
  refuseUnsupported(settings, prefix);
  const keyStore = await readStoreFile('keyStore', prefix, settings);
  if (keyStore === null) {
    const wanted = 'set it to a PEM, PKCS12 or JKS file with the key and the certificates';
    throw new ConfigError(`TLS needs ${prefix}keyStore.location; ${wanted} of this server.`);
  }
  const own = await readKeyStore(keyStore);
  warnOfDates(own, `${prefix}keyStore`, warn);
  const options: TlsOptions = {
    ...own.options,
    ...(await readTrust(settings, prefix)),
    ...protocolOf(settings, prefix, warn),
    requestCert: settings.clientAuth !== 'none',
    rejectUnauthorized: settings.clientAuth === 'need',
  };
  try {
    createSecureContext(options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw storeError(keyStore, `TLS refuses it (${reason})`, error);
  }
  return options;
}

function refuseUnsupported({ contextSupplierClass, ocsp }: TlsSettings, prefix: TlsPrefix): void {
  if (contextSupplierClass !== null) {
    const wanted = `give ${prefix}keyStore.location and ${prefix}trustStore.location instead`;
    throw new ConfigError(
      `${prefix}context.supplier.class=${contextSupplierClass}: a Java class cannot be loaded ` +
        `here; ${wanted}.`,
    );
  }
  if (ocsp) {
    throw new ConfigError(
      `${prefix}ocsp=true is not supported; revoked certificates are refused by ${prefix}crl.`,
    );
  }
}

async function readTrust(
  settings: TlsSettings,
  prefix: TlsPrefix,
): Promise<Pick<TlsOptions, 'ca' | 'crl'>> {
  const store = await readStoreFile('trustStore', prefix, settings);
  if (store === null) {
    if (settings.clientAuth === 'none' && prefix === 'ssl.') return {};
    const wanted = prefix === 'ssl.' ? '; set it, or ssl.clientAuth=none' : '';
    throw new ConfigError(
      `${prefix}trustStore.location is not set: no certificate can be checked${wanted}.`,
    );
  }
  const { certificates, revocations } = await readTrustStore(store);
  if (!settings.crl) return { ca: [...certificates] };
  if (revocations.length === 0) {
    throw storeError(store, `${prefix}crl=true needs the lists of revoked certificates in it`);
  }
  return { ca: [...certificates], crl: [...revocations] };
}

/** Node offers the suites of TLS 1.3 although others are listed, as long as it offers TLS 1.3. */
function protocolOf(
  settings: TlsSettings,
  prefix: TlsPrefix,
  warn: Warn,
): Pick<TlsOptions, 'minVersion' | 'maxVersion' | 'ciphers'> {
  const versions = versionsOf(settings, prefix, warn);
  const choice = ciphersOf(settings, prefix, warn);
  if (choice === null) return versions;
  const { ciphers, hasTls13 } = choice;
  if (hasTls13) return { ...versions, ciphers };
  if (versions.minVersion === 'TLSv1.3') {
    const wanted = `no suite of TLSv1.3 is in ${prefix}ciphersuites; add one, or TLSv1.2 here`;
    throw new ConfigError(`${prefix}enabledProtocols=TLSv1.3: ${wanted}.`);
  }
  return { ...versions, maxVersion: 'TLSv1.2', ciphers };
}

const VERSIONS: readonly SecureVersion[] = ['TLSv1.2', 'TLSv1.3'];

/** Compat: as in Java, `protocol` counts only where no versions are listed. */
function versionsOf(
  { protocol, enabledProtocols }: TlsSettings,
  prefix: TlsPrefix,
  warn: Warn,
): Pick<TlsOptions, 'minVersion' | 'maxVersion'> {
  if (enabledProtocols === null) {
    return { minVersion: 'TLSv1.2', maxVersion: protocol === 'TLSv1.2' ? 'TLSv1.2' : 'TLSv1.3' };
  }
  const offered = VERSIONS.filter((version) => enabledProtocols.includes(version));
  const [minVersion] = offered;
  const maxVersion = offered.at(-1);
  const written = `${prefix}enabledProtocols=${enabledProtocols.join(',')}`;
  if (minVersion === undefined || maxVersion === undefined) {
    throw new ConfigError(`${written} is refused; allowed: TLSv1.3, TLSv1.2 or both.`);
  }
  if (offered.length < enabledProtocols.length) {
    warn(`${written}: only ${offered.join(' and ')} will be offered.`);
  }
  return { minVersion, maxVersion };
}

function ciphersOf(
  { cipherSuites }: TlsSettings,
  prefix: TlsPrefix,
  warn: Warn,
): { readonly ciphers: string; readonly hasTls13: boolean } | null {
  if (cipherSuites === null) return null;
  const { ciphers, hasTls13, unknown } = chooseCiphers(cipherSuites);
  const key = `${prefix}ciphersuites`;
  if (ciphers === null) {
    throw new ConfigError(`${key}=${cipherSuites.join(',')}: this runtime has none of them.`);
  }
  if (unknown.length > 0) warn(`${key}: this runtime has no ${unknown.join(', ')}.`);
  return { ciphers, hasTls13 };
}

const DAY_MS = 86_400_000;
const SOON_MS = 14 * DAY_MS;

function warnOfDates({ certificate }: OwnKey, name: string, warn: Warn): void {
  const leftMs = Date.parse(certificate.validTo) - Date.now();
  if (leftMs > SOON_MS) return;
  const when = leftMs < 0 ? 'has expired' : `expires in ${Math.ceil(leftMs / DAY_MS)} days`;
  warn(`The certificate in ${name} ${when} (${certificate.validTo}).`);
}
