/**
 * The user of SASL in a JAAS file, as Java's client is given it: `java.security.auth.login.config`
 * names the file, `zookeeper.sasl.clientconfig` the section in it.
 *
 *   Client {
 *     org.apache.zookeeper.server.auth.DigestLoginModule required
 *     username="anna" password="secret";
 *   };
 */
import type { SaslOptions } from '../client/index.ts';
import { type Properties, readText, wrong } from './configured-file.ts';

const FILE_KEY = 'java.security.auth.login.config';
const DIGEST_MODULE = 'DigestLoginModule';

/** Undefined without such a file or section, or when SASL is switched off. */
export function saslOptions(properties: Properties): SaslOptions | undefined {
  const file = properties.get(FILE_KEY);
  if (file === undefined || properties.get('zookeeper.sasl.client') === 'false') return undefined;
  const section = properties.get('zookeeper.sasl.clientconfig') ?? 'Client';
  const text = withoutComments(readText(FILE_KEY, file));
  const body = bodyOf(text, section);
  if (body === undefined) return undefined;
  if (!body.includes(DIGEST_MODULE)) {
    throw wrong(`${FILE_KEY}: ${file}: the one login module here is ${DIGEST_MODULE}`);
  }
  const username = optionOf(body, 'username');
  const password = optionOf(body, 'password');
  if (username === undefined || password === undefined) {
    throw wrong(`${FILE_KEY}: ${file}: the section ${section} has no username and password`);
  }
  return { mechanism: 'DIGEST-MD5', username, password };
}

const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';

function withoutComments(text: string): string {
  const pattern = new RegExp(`(${QUOTED})|//[^\\n]*|/\\*[\\s\\S]*?\\*/|^\\s*#[^\\n]*`, 'gm');
  return text.replace(pattern, (_, quoted?: string) => quoted ?? ' ');
}

function bodyOf(text: string, section: string): string | undefined {
  const pattern = new RegExp(`([\\w.-]+|${QUOTED})\\s*\\{((?:${QUOTED}|[^"}])*)\\}`, 'g');
  for (const [, name = '', body = ''] of text.matchAll(pattern)) {
    if (name === section || name === `"${section}"`) return body;
  }
  return undefined;
}

function optionOf(body: string, name: string): string | undefined {
  const match = new RegExp(`\\b${name}\\s*=\\s*(?:(${QUOTED})|([^\\s;"]+))`).exec(body);
  if (match?.[1] === undefined) return match?.[2];
  return match[1].slice(1, -1).replace(/\\(.)/gs, '$1');
}
