/**
 * StoreFile: a key store or trust store as the settings name it (ZooKeeper's KeyStoreFileType): where
 * it is, of which kind, and its password. What is wrong with one is told in one sentence that names
 * the setting and the file, and never the password.
 */
import { readFile } from 'node:fs/promises';
import { ConfigError } from '../config/config-error.ts';
import type { StoreType, TlsPrefix, TlsSettings } from '../config/settings/tls-settings.ts';

export interface StoreFile {
  /** `ssl.keyStore`, as its settings begin. */
  readonly name: string;
  readonly path: string;
  readonly type: StoreType;
  readonly password: string;
  readonly bytes: Buffer;
}

type Role = 'keyStore' | 'trustStore';

/** Null when the settings name none. */
export async function readStoreFile(
  role: Role,
  prefix: TlsPrefix,
  settings: TlsSettings,
): Promise<StoreFile | null> {
  const name = `${prefix}${role}`;
  const path = settings[`${role}Location`];
  if (path === null || path === '') return null;
  const type = settings[`${role}Type`] ?? typeOfName(path);
  if (type === null) {
    const wanted = `set ${name}.type to PEM, PKCS12 or JKS`;
    throw storeError({ name, path }, `its name does not tell which kind of store it is; ${wanted}`);
  }
  if (type === 'BCFKS') {
    const wanted = 'convert it with keytool -importkeystore -deststoretype PKCS12';
    throw storeError({ name, path }, `a BCFKS store cannot be read here; ${wanted}`);
  }
  const password = await readPassword(role, prefix, settings);
  return { name, path, type, password, bytes: await readBytes(`${name}.location`, path) };
}

/** Files whose change is a change of the store. */
export function storePaths(settings: TlsSettings): string[] {
  const { keyStoreLocation, keyStorePasswordPath } = settings;
  const { trustStoreLocation, trustStorePasswordPath } = settings;
  return [
    keyStoreLocation,
    keyStorePasswordPath,
    trustStoreLocation,
    trustStorePasswordPath,
  ].flatMap((path) => (path === null || path === '' ? [] : [path]));
}

export function storeError(store: Pick<StoreFile, 'name' | 'path'>, why: string, cause?: unknown) {
  return new ConfigError(`${store.name}.location=${store.path}: ${why}.`, { cause });
}

const EXTENSIONS: readonly (readonly [string, StoreType])[] = [
  ['.jks', 'JKS'],
  ['.pem', 'PEM'],
  ['.p12', 'PKCS12'],
  ['.bcfks', 'BCFKS'],
];

function typeOfName(path: string): StoreType | null {
  return EXTENSIONS.find(([extension]) => path.endsWith(extension))?.[1] ?? null;
}

async function readPassword(role: Role, prefix: TlsPrefix, settings: TlsSettings): Promise<string> {
  const path = settings[`${role}PasswordPath`];
  if (path === null || path === '') return settings[`${role}Password`] ?? '';
  const bytes = await readBytes(`${prefix}${role}.passwordPath`, path);
  return bytes.toString('utf8').replace(/\r?\n$/, '');
}

async function readBytes(key: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code = String(error) } = error as { code?: string };
    throw new ConfigError(`${key}=${path} cannot be read (${code}).`, { cause: error });
  }
}
