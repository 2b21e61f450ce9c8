/**
 * Java's settings of key store and trust store as `node:tls` takes them: PEM, and PKCS12 for keys,
 * which is what the client reads. Others are refused with the command that converts them.
 */
import type { TlsOptions } from '../client/index.ts';
import { type Properties, readBytes, readText, wrong } from './configured-file.ts';

type Role = 'keyStore' | 'trustStore';

interface Store {
  readonly key: string;
  readonly path: string;
  readonly type: string;
  readonly password: string;
  readonly bytes: Buffer;
}

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
const PEM_KEY = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?-----END \1-----/;

export function tlsOptions(properties: Properties): TlsOptions {
  const trusted = readStore('trustStore', properties);
  const isHostChecked = properties.get('zookeeper.ssl.hostnameVerification') !== 'false';
  return {
    ...ownKey(readStore('keyStore', properties)),
    ...(trusted !== undefined && { ca: trustedCertificates(trusted) }),
    ...versionsOf(properties),
    ...(!isHostChecked && { checkServerIdentity: () => undefined }),
  };
}

function ownKey(store: Store | undefined): Pick<TlsOptions, 'pfx' | 'passphrase' | 'key' | 'cert'> {
  if (store === undefined) return {};
  const { key, path, type, password: passphrase, bytes } = store;
  if (type === 'PKCS12') return { pfx: bytes, passphrase };
  if (type !== 'PEM') throw wrong(`${key}: ${path} is ${type}; ${toPkcs12(path)}`);
  const text = bytes.toString('latin1');
  const [pem] = PEM_KEY.exec(text) ?? [];
  if (pem === undefined) throw wrong(`${key}: there is no private key in ${path}`);
  return { key: pem, cert: text.replace(PEM_KEY, ''), passphrase };
}

function trustedCertificates({ key, path, type, bytes }: Store): Buffer {
  if (type === 'PEM') return bytes;
  const how = `keytool -exportcert -rfc -keystore ${path} -alias … writes PEM`;
  throw wrong(`${key}: ${path} is ${type}; a trust store is PEM here: ${how}`);
}

function toPkcs12(path: string): string {
  return `convert it: keytool -importkeystore -srckeystore ${path} -destkeystore … -deststoretype PKCS12`;
}

function readStore(role: Role, properties: Properties): Store | undefined {
  const name = `zookeeper.ssl.${role}`;
  const key = `${name}.location`;
  const path = properties.get(key);
  if (path === undefined || path === '') return undefined;
  const bytes = readBytes(key, path);
  const passwordPath = properties.get(`${name}.passwordPath`);
  const password =
    passwordPath === undefined
      ? (properties.get(`${name}.password`) ?? '')
      : readText(`${name}.passwordPath`, passwordPath).replace(/\r?\n$/, '');
  return { key, path, type: typeOf(properties.get(`${name}.type`), path, bytes), password, bytes };
}

const JKS_MAGIC = 0xfeedfeed;
const EXTENSIONS: Readonly<Record<string, string>> = { jks: 'JKS', pem: 'PEM', p12: 'PKCS12' };

/** Java's keytool writes PKCS12 into files named .jks, too: the first bytes know better. */
function typeOf(given: string | undefined, path: string, bytes: Buffer): string {
  const named = given?.toUpperCase() ?? EXTENSIONS[path.slice(path.lastIndexOf('.') + 1)];
  if (named !== undefined && named !== 'JKS') return named;
  if (bytes.length >= 4 && bytes.readUInt32BE(0) === JKS_MAGIC) return 'JKS';
  return bytes.includes('-----BEGIN ') ? 'PEM' : 'PKCS12';
}

function versionsOf(properties: Properties): Pick<TlsOptions, 'minVersion' | 'maxVersion'> {
  const key = 'zookeeper.ssl.enabledProtocols';
  const listed = properties.get(key) ?? properties.get('zookeeper.ssl.protocol');
  if (listed === undefined) return {};
  const offered = VERSIONS.filter((version) => listed.split(',').includes(version));
  const [minVersion] = offered;
  const maxVersion = offered.at(-1);
  if (minVersion !== undefined && maxVersion !== undefined) return { minVersion, maxVersion };
  throw wrong(`${key} is TLSv1.2, TLSv1.3 or both, not ${JSON.stringify(listed)}`);
}
