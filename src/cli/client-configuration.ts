/**
 * What Java's client is configured with (ZKClientConfig): the properties file of
 * `-client-configuration`, and `-D` flags in CLIENT_JVMFLAGS and JVMFLAGS, by which scripts hand
 * system properties to zkCli.sh. The file counts for more. Keys that mean nothing here are passed over,
 * as in Java.
 */
import parseArgsStringToArgv from 'string-argv';
import { parsePropertiesText } from '../base/properties-text.ts';
import type { ZooKeeperOptions } from '../client/index.ts';
import { type Properties, readText, wrong } from './configured-file.ts';
import { saslOptions } from './jaas-login.ts';
import { tlsOptions } from './tls-stores.ts';

const INT_MAX = 2147483647;
const JAVA_NUMBER = /^([+-]?)(?:(?:0x|#)([\da-f]+)|0([0-7]+)|(0|[1-9]\d*))$/i;

type Configured = Pick<ZooKeeperOptions, 'tls' | 'sasl' | 'requestTimeoutMs' | 'frameBytesMax'>;

/** Throws CommandLineError that names the key and its value, and no password. */
export function clientConfiguration(
  file: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Configured {
  const properties = new Map([
    ...flagsOf(env),
    ...(file === undefined ? [] : readProperties(file)),
  ]);
  const sasl = saslOptions(properties);
  const timeoutMs = wholeNumber(properties, 'zookeeper.request.timeout', -INT_MAX - 1);
  const frameBytesMax = wholeNumber(properties, 'jute.maxbuffer', 1);
  return {
    ...(properties.get('zookeeper.client.secure') === 'true' && { tls: tlsOptions(properties) }),
    ...(sasl !== undefined && { sasl }),
    // Compat: 0 is none, and what is less.
    ...(timeoutMs !== undefined && timeoutMs > 0 && { requestTimeoutMs: timeoutMs }),
    ...(frameBytesMax !== undefined && { frameBytesMax }),
  };
}

function flagsOf(env: Readonly<Record<string, string | undefined>>): [string, string][] {
  const words = parseArgsStringToArgv(`${env['CLIENT_JVMFLAGS'] ?? ''} ${env['JVMFLAGS'] ?? ''}`);
  return words.flatMap((word): [string, string][] => {
    const match = /^-D([^=]+)(?:=(.*))?$/s.exec(word);
    return match === null ? [] : [[match[1] ?? '', match[2] ?? '']];
  });
}

function readProperties(file: string): Properties {
  try {
    return parsePropertiesText(readText('-client-configuration', file));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw wrong(`-client-configuration ${file}: ${error.message}`);
  }
}

function wholeNumber(properties: Properties, key: string, min: number): number | undefined {
  const text = properties.get(key)?.trim();
  if (text === undefined) return undefined;
  const number = decode(text);
  if (number >= min && number <= INT_MAX) return number;
  throw wrong(`${key} is a whole number from ${min} to ${INT_MAX}, not ${JSON.stringify(text)}`);
}

/** As Java's Integer.decode: hexadecimal behind 0x or #, octal behind 0. NaN: it is no number. */
function decode(text: string): number {
  const [, sign, hex, octal, decimal] = JAVA_NUMBER.exec(text) ?? [];
  const size =
    hex !== undefined
      ? Number.parseInt(hex, 16)
      : octal !== undefined
        ? Number.parseInt(octal, 8)
        : Number(decimal);
  return sign === '-' ? -size : size;
}
