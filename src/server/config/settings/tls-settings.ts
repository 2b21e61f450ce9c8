/**
 * The settings of TLS, which ZooKeeper has twice: `ssl.` for the client port and `ssl.quorum.` for
 * the ports between servers.
 */
import { int, laxBoolean, oneOf, text, type ValueKind, words } from '../value-kinds.ts';
import { optional, property, type ValuesOf } from './setting.ts';

export type TlsPrefix = 'ssl.' | 'ssl.quorum.';
export type TlsSettings = ValuesOf<ReturnType<typeof tlsSettings>>;
export type ClientTlsSettings = ValuesOf<ReturnType<typeof clientTlsSettings>>;
export type StoreType = 'JKS' | 'PEM' | 'PKCS12' | 'BCFKS';

/** What only the client port has. */
export function clientTlsSettings() {
  return {
    ...tlsSettings('ssl.'),
    portUnification: property('client.portUnification', {
      kind: laxBoolean,
      default: false,
      meaning: 'The client port takes TLS and plain connections.',
    }),
    certReload: property('client.certReload', {
      kind: laxBoolean,
      default: false,
      meaning: 'Take changed key stores and trust stores without a restart.',
    }),
    authProvider: property('ssl.authProvider', {
      kind: oneOf(['x509']),
      default: 'x509',
      meaning: 'The scheme by which the certificate of a client says who it is.',
    }),
    outstandingHandshakeLimit: property('netty.server.outstandingHandshake.limit', {
      kind: int(),
      default: -1,
      meaning: 'With more TLS handshakes of clients at a time further ones are refused; -1: 1000.',
    }),
  };
}

const storeType: ValueKind<StoreType> = oneOf(['JKS', 'PEM', 'PKCS12', 'BCFKS'], true);
const none = { default: null, defaultText: 'none' } as const;
const file = { kind: optional(text), ...none } as const;

export function tlsSettings(prefix: TlsPrefix) {
  const key = <Name extends string>(name: Name) => `${prefix}${name}`;
  return {
    keyStoreLocation: property(key('keyStore.location'), {
      ...file,
      meaning: 'File with the own key and its certificates.',
    }),
    keyStorePassword: property(key('keyStore.password'), {
      ...file,
      isSecret: true,
      meaning: 'Its password; a file is a better place for one.',
    }),
    keyStorePasswordPath: property(key('keyStore.passwordPath'), {
      ...file,
      meaning: 'File with the password; it wins over keyStore.password.',
    }),
    keyStoreType: property(key('keyStore.type'), {
      kind: optional(storeType),
      default: null,
      defaultText: 'by .jks, .pem, .p12',
      meaning: 'What kind of file it is; BCFKS cannot be read here.',
    }),
    trustStoreLocation: property(key('trustStore.location'), {
      ...file,
      meaning: 'File with the certificates of whom the others’ certificates are to be from.',
    }),
    trustStorePassword: property(key('trustStore.password'), {
      ...file,
      isSecret: true,
      meaning: 'Its password.',
    }),
    trustStorePasswordPath: property(key('trustStore.passwordPath'), {
      ...file,
      meaning: 'File with the password; it wins over trustStore.password.',
    }),
    trustStoreType: property(key('trustStore.type'), {
      kind: optional(storeType),
      default: null,
      defaultText: 'by .jks, .pem, .p12',
      meaning: 'What kind of file it is; BCFKS cannot be read here.',
    }),
    protocol: property(key('protocol'), {
      kind: oneOf(['TLS', 'TLSv1.3', 'TLSv1.2'], true),
      default: 'TLSv1.3',
      meaning: 'With `TLSv1.2`, TLSv1.3 is not offered unless enabledProtocols says so.',
    }),
    enabledProtocols: property(key('enabledProtocols'), {
      kind: optional(words),
      default: null,
      defaultText: 'TLSv1.3,TLSv1.2',
      meaning: 'The versions of TLS; older ones than TLSv1.2 are never offered.',
    }),
    cipherSuites: property(key('ciphersuites'), {
      kind: optional(words),
      default: null,
      defaultText: 'the runtime’s',
      meaning: 'Cipher suites, as Java or as OpenSSL names them.',
    }),
    clientAuth: property(key('clientAuth'), {
      kind: oneOf(['need', 'want', 'none'], true),
      default: 'need',
      meaning: 'Whether whoever connects must show a certificate, may, or is not asked for one.',
    }),
    ...verificationSettings(prefix),
  };
}

function verificationSettings(prefix: TlsPrefix) {
  const isQuorum = prefix === 'ssl.quorum.';
  return {
    hostnameVerification: property(`${prefix}hostnameVerification`, {
      kind: laxBoolean,
      default: true,
      meaning: 'A certificate must be for the host that it is used by.',
    }),
    clientHostnameVerification: property(`${prefix}clientHostnameVerification`, {
      kind: laxBoolean,
      default: isQuorum,
      meaning: 'The same of those who connect to this server; their addresses are compared.',
    }),
    allowReverseDnsLookup: property(`${prefix}allowReverseDnsLookup`, {
      kind: laxBoolean,
      default: false,
      meaning: 'A certificate may be for the name that the address of who connects has in the DNS.',
    }),
    crl: property(`${prefix}crl`, {
      kind: laxBoolean,
      default: false,
      meaning: 'Refuse revoked certificates, by lists (X509 CRL) in the PEM trust store.',
    }),
    ocsp: property(`${prefix}ocsp`, {
      kind: laxBoolean,
      default: false,
      meaning: 'Not supported: with `true` the server does not start.',
    }),
    contextSupplierClass: property(`${prefix}context.supplier.class`, {
      ...file,
      meaning: 'A Java class; with one the server does not start.',
    }),
    handshakeDetectionTimeoutMs: property(`${prefix}handshakeDetectionTimeoutMillis`, {
      kind: int({ min: 1 }),
      default: 5000,
      unit: 'ms',
      meaning: 'Who has sent nothing for so long counts as plain, where a port takes both.',
    }),
  };
}
