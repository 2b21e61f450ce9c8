/**
 * A certificate authority of an ensemble's own, and the certificates it gives to members and
 * clients, as the PEM files that ZooKeeper reads: a key followed by its certificate in one file.
 * Keys are P-256, which TLS 1.2 and 1.3, Java and OpenSSL all take.
 */
// First: what x509 is built on looks for it while it loads.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const AUTHORITY_YEARS = 10;
const CERTIFICATE_YEARS = 2;
/** Clocks of other machines may be behind. */
const EARLIER_MS = 3_600_000;

export interface Authority {
  readonly certificatePem: string;
  readonly keyPem: string;
  /** A private key and its certificate, one after the other. */
  issue(subject: CertificateSubject): Promise<string>;
}

export interface CertificateSubject {
  readonly name: string;
  /** Names and addresses that it is valid for; none for a client's. */
  readonly hosts: readonly string[];
}

export async function createAuthority(nowMs: number): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity(nowMs, AUTHORITY_YEARS),
    serialNumber: createSerialNumber(),
    name: 'CN=Zooid ensemble authority',
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
    ],
  });
  return {
    certificatePem: pemOf(certificate),
    keyPem: await exportKey(keys),
    issue: (subject) => issue({ certificate, keys, subject, nowMs }),
  };
}

interface Order {
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly subject: CertificateSubject;
  readonly nowMs: number;
}

async function issue({ certificate, keys, subject, nowMs }: Order): Promise<string> {
  const own = await generateKeys();
  const issued = await X509CertificateGenerator.create({
    ...validity(nowMs, CERTIFICATE_YEARS),
    serialNumber: createSerialNumber(),
    subject: [{ CN: [subject.name] }],
    issuer: certificate.subject,
    publicKey: own.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: extensionsFor(subject),
  });
  return `${await exportKey(own)}${pemOf(issued)}`;
}

/** A member is a server to some and a client to others. */
function extensionsFor({ hosts }: CertificateSubject): Extension[] {
  const isServer = hosts.length > 0;
  const uses = isServer
    ? [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]
    : [ExtendedKeyUsage.clientAuth];
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension(uses),
    ...(isServer ? [new SubjectAlternativeNameExtension(hosts.map(alternativeName))] : []),
  ];
}

function alternativeName(host: string): JsonGeneralName {
  return { type: isIP(host) === 0 ? 'dns' : 'ip', value: host };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function exportKey({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  const bytes = await webcrypto.subtle.exportKey('pkcs8', privateKey);
  return `${PemConverter.encode(bytes, 'PRIVATE KEY')}\n`;
}

function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

/** Positive, as its first bit is clear. */
function createSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

function validity(nowMs: number, years: number): { notBefore: Date; notAfter: Date } {
  const notAfter = new Date(nowMs);
  notAfter.setFullYear(notAfter.getFullYear() + years);
  return { notBefore: new Date(nowMs - EARLIER_MS), notAfter };
}
