/**
 * What is in key stores and trust stores, as PEM. A PEM store is a file with a key and its
 * certificates one after another, as ZooKeeper's PemReader takes it; the key may be encrypted, and
 * of any form that OpenSSL writes.
 *
 * `jks-js` is loaded for stores of Java alone: JKS, and PKCS12 files that hold certificates only or
 * that are encrypted in its older ways.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { type Pkcs12Parts, readPkcs12 } from './pkcs12.ts';
import { type StoreFile, storeError } from './store-file.ts';

export interface OwnKey {
  /** As `node:tls` takes it. */
  readonly options: { readonly key: string; readonly cert: string };
  readonly certificate: X509Certificate;
}

export interface TrustedCertificates {
  readonly certificates: readonly string[];
  /** Lists of revoked certificates. */
  readonly revocations: readonly string[];
}

interface PemParts {
  readonly keys: readonly string[];
  readonly certificates: readonly string[];
  readonly revocations: readonly string[];
}

const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

export async function readKeyStore(store: StoreFile): Promise<OwnKey> {
  const { keys, certificates } = openPkcs12(store) ?? (await readParts(store, 'keys'));
  const [pem] = keys;
  if (pem === undefined) throw storeError(store, 'there is no private key in it');
  const key = readKey(store, pem);
  const chain = certificates.map((certificate) => readCertificate(store, certificate));
  const own = chain.find((certificate) => certificate.checkPrivateKey(key));
  if (own === undefined) {
    const what = chain.length === 0 ? 'there is no certificate' : 'none of the certificates is';
    throw storeError(store, `${what} for the private key in it`);
  }
  const ownFirst = [own, ...chain.filter((certificate) => certificate !== own)];
  const options = {
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: ownFirst.map(String).join(''),
  };
  return { options, certificate: own };
}

function openPkcs12({ type, bytes, password }: StoreFile): Pkcs12Parts | null {
  if (type !== 'PKCS12') return null;
  try {
    // Whether it is whole, and the password is right.
    createSecureContext({ pfx: bytes, passphrase: password });
  } catch {
    // What is wrong with it is found out, and told, by whoever reads it another way.
    return null;
  }
  return readPkcs12(bytes, password);
}

export async function readTrustStore(store: StoreFile): Promise<TrustedCertificates> {
  const { certificates, revocations } = await readParts(store, 'certificates');
  if (certificates.length === 0) throw storeError(store, 'there is no certificate in it');
  for (const certificate of certificates) readCertificate(store, certificate);
  return { certificates, revocations };
}

async function readParts(store: StoreFile, wanted: keyof PemParts): Promise<PemParts> {
  if (store.type !== 'PEM') return javaParts(store);
  const parts = pemParts(store);
  const { keys, certificates, revocations } = parts;
  if (keys.length + certificates.length + revocations.length > 0) return parts;
  throw storeError(store, `there are no ${wanted} in it: it is no PEM file`);
}

function pemParts({ bytes }: StoreFile): PemParts {
  const blocks = [...bytes.toString('latin1').matchAll(PEM_BLOCK)];
  const ofKind = (isKind: (label: string) => boolean) =>
    blocks.filter(([, label = '']) => isKind(label)).map(([block]) => block);
  return {
    keys: ofKind((label) => label.endsWith('PRIVATE KEY')),
    certificates: ofKind((label) => label.endsWith('CERTIFICATE')),
    revocations: ofKind((label) => label === 'X509 CRL'),
  };
}

async function javaParts(store: StoreFile): Promise<PemParts> {
  const { toPem } = (await import('jks-js')).default;
  try {
    const entries = Object.values(toPem(store.bytes, store.password));
    const certificates = entries.flatMap(({ cert = '', ca = '' }) => [
      ...(`${cert}\n${ca}`.match(PEM_BLOCK) ?? []),
    ]);
    const keys = entries.flatMap(({ key }) => (key === undefined ? [] : [key]));
    return { keys, certificates, revocations: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const hint = `is it one, and is ${store.name}.password right? A PEM file can do the same`;
    throw storeError(store, `it cannot be read as ${store.type} (${reason}); ${hint}`, error);
  }
}

function readKey(store: StoreFile, pem: string): KeyObject {
  const isEncrypted = pem.includes('ENCRYPTED');
  if (isEncrypted && store.password === '') {
    throw storeError(store, `the private key is encrypted; set ${store.name}.password`);
  }
  try {
    return createPrivateKey({ key: pem, ...(isEncrypted && { passphrase: store.password }) });
  } catch (error) {
    const hint = isEncrypted ? `; is ${store.name}.password right?` : '';
    throw storeError(store, `the private key cannot be read (${reasonOf(error)})${hint}`, error);
  }
}

function readCertificate(store: StoreFile, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw storeError(store, `a certificate cannot be read (${reasonOf(error)})`, error);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
