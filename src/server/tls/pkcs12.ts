/**
 * What is in a PKCS12 file (RFC 7292), as PEM, where it is DER and encrypted as OpenSSL and Java do it
 * today (PBES2 of RFC 8018). Node opens such a file as `pfx`, but trusts every certificate in it from
 * then on, also those that are not in the trust store: so the key and the certificates are taken out.
 *
 * The MAC is not looked at: to be called with what Node has opened with the same password.
 */
import { createDecipheriv, pbkdf2Sync } from 'node:crypto';

export interface Pkcs12Parts {
  readonly keys: readonly string[];
  readonly certificates: readonly string[];
}

interface Item {
  readonly tag: number;
  /** Behind tag and length. */
  readonly content: Buffer;
}

const SEQUENCE = 0x30;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const PKCS = '2a864886f70d01';
const DATA = `${PKCS}0701`;
const ENCRYPTED_DATA = `${PKCS}0706`;
const PBES2 = `${PKCS}050d`;
const PBKDF2 = `${PKCS}050c`;
const KEY_BAG = `${PKCS}0c0a0101`;
const ENCRYPTED_KEY_BAG = `${PKCS}0c0a0102`;
const CERTIFICATE_BAG = `${PKCS}0c0a0103`;
const X509_CERTIFICATE = `${PKCS}091601`;

const HMAC = '2a864886f70d02';
const DIGESTS: Readonly<Record<string, string>> = {
  [`${HMAC}07`]: 'sha1',
  [`${HMAC}08`]: 'sha224',
  [`${HMAC}09`]: 'sha256',
  [`${HMAC}0a`]: 'sha384',
  [`${HMAC}0b`]: 'sha512',
};
const AES = '6086480165030401';
const CIPHERS: Readonly<Record<string, readonly [name: string, keyBytes: number]>> = {
  [`${AES}02`]: ['aes-128-cbc', 16],
  [`${AES}16`]: ['aes-192-cbc', 24],
  [`${AES}2a`]: ['aes-256-cbc', 32],
};

/** Null when it is of another kind. */
export function readPkcs12(bytes: Buffer, password: string): Pkcs12Parts | null {
  try {
    const keys: string[] = [];
    const certificates: string[] = [];
    for (const { kind, value } of bagsOf(bytes, password)) {
      if (kind === KEY_BAG) keys.push(pem('PRIVATE KEY', value));
      if (kind === ENCRYPTED_KEY_BAG) {
        const [algorithm, encrypted] = itemsOf(contentOf(itemsOf(value)[0], SEQUENCE));
        keys.push(pem('PRIVATE KEY', decrypt({ algorithm, encrypted, password })));
      }
      if (kind === CERTIFICATE_BAG) certificates.push(pem('CERTIFICATE', certificateOf(value)));
    }
    return { keys, certificates };
  } catch {
    // Whoever else can read it says what is wrong with it.
    return null;
  }
}

interface Bag {
  readonly kind: string;
  readonly value: Buffer;
}

function bagsOf(bytes: Buffer, password: string): Bag[] {
  const [, authSafe] = itemsOf(contentOf(itemsOf(bytes)[0], SEQUENCE));
  const { kind, value } = taggedOf(authSafe);
  assertIs(kind, DATA);
  return sequenceOf(contentOf(itemsOf(value)[0], OCTET_STRING)).flatMap((info) =>
    sequenceOf(safeContentsOf(taggedOf(info), password)).map(taggedOf),
  );
}

function safeContentsOf({ kind, value }: Bag, password: string): Buffer {
  const [first] = itemsOf(value);
  if (kind === DATA) return contentOf(first, OCTET_STRING);
  assertIs(kind, ENCRYPTED_DATA);
  const [, info] = itemsOf(contentOf(first, SEQUENCE));
  const [, algorithm, encrypted] = itemsOf(contentOf(info, SEQUENCE));
  return decrypt({ algorithm, encrypted, password });
}

function certificateOf(value: Buffer): Buffer {
  const { kind, value: certificate } = taggedOf(itemsOf(value)[0]);
  assertIs(kind, X509_CERTIFICATE);
  return contentOf(itemsOf(certificate)[0], OCTET_STRING);
}

interface Encrypted {
  readonly algorithm: Item | undefined;
  readonly encrypted: Item | undefined;
  readonly password: string;
}

function decrypt({ algorithm, encrypted, password }: Encrypted): Buffer {
  const [derivation, encryption] = parametersOf(algorithm, PBES2);
  // Behind the salt and the number of iterations there may be the length of the key.
  const [salt, iterations, ...rest] = parametersOf(derivation, PBKDF2);
  const prf = rest.find(({ tag }) => tag === SEQUENCE);
  const digest = prf === undefined ? 'sha1' : DIGESTS[objectId(itemsOf(prf.content)[0])];
  const [cipherId, iv] = itemsOf(contentOf(encryption, SEQUENCE));
  const cipher = CIPHERS[objectId(cipherId)];
  if (digest === undefined || cipher === undefined || encrypted === undefined) throw unexpected();
  const [name, keyBytes] = cipher;
  const count = Number.parseInt(contentOf(iterations, 0x02).toString('hex'), 16);
  const key = pbkdf2Sync(password, contentOf(salt, OCTET_STRING), count, keyBytes, digest);
  const decipher = createDecipheriv(name, key, contentOf(iv, OCTET_STRING));
  return Buffer.concat([decipher.update(encrypted.content), decipher.final()]);
}

/** Of an algorithm that must be the wanted one. */
function parametersOf(algorithm: Item | undefined, wanted: string): Item[] {
  const [id, parameters] = itemsOf(contentOf(algorithm, SEQUENCE));
  assertIs(objectId(id), wanted);
  return itemsOf(contentOf(parameters, SEQUENCE));
}

/** A sequence of what it is and, behind a tag, itself. */
function taggedOf(item: Item | undefined): Bag {
  const [kind, value] = itemsOf(contentOf(item, SEQUENCE));
  return { kind: objectId(kind), value: contentOf(value, 0xa0) };
}

function sequenceOf(bytes: Buffer): Item[] {
  return itemsOf(contentOf(itemsOf(bytes)[0], SEQUENCE));
}

function itemsOf(bytes: Buffer): Item[] {
  const items: Item[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes.readUInt8(at++);
    let length = bytes.readUInt8(at++);
    if (length >= 0x80) {
      // Without a length of its length (BER) this throws.
      const lengthBytes = length & 0x7f;
      length = bytes.readUIntBE(at, lengthBytes);
      at += lengthBytes;
    }
    if (at + length > bytes.length) throw unexpected();
    items.push({ tag, content: bytes.subarray(at, at + length) });
    at += length;
  }
  return items;
}

function contentOf(item: Item | undefined, tag: number): Buffer {
  if (item?.tag !== tag) throw unexpected();
  return item.content;
}

function objectId(item: Item | undefined): string {
  return contentOf(item, OBJECT_ID).toString('hex');
}

function assertIs(id: string, wanted: string): void {
  if (id !== wanted) throw unexpected();
}

function unexpected(): Error {
  return new Error('not as it is read here');
}

function pem(label: string, bytes: Buffer): string {
  const text = bytes.toString('base64').replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${text}-----END ${label}-----\n`;
}
