/**
 * Distinguished names of certificates as Java writes them (`X500Principal.getName()`, RFC 2253): the
 * last part first, and attributes that RFC 2253 has no word for as numbers with the encoded value.
 * They stand in access lists and are compared letter by letter, so nothing but Java's own text will
 * do. The certificate is one that OpenSSL has read already.
 */

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** With tag and length. */
  readonly encoded: Uint8Array;
}

const KEYWORDS: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '0.9.2342.19200300.100.1.25': 'DC',
  '0.9.2342.19200300.100.1.1': 'UID',
};

/** UTF8, Printable, T61, IA5, General, Universal and BMP strings. */
const STRING_TAGS = new Set([12, 19, 20, 22, 27, 28, 30]);
const EXPLICIT_VERSION_TAG = 0xa0;

/** The subject of a certificate (DER); null when it is empty, or not to be found. */
export function subjectNameOf(certificate: Uint8Array): string | null {
  try {
    const [outer] = elementsOf(certificate);
    const [signed] = elementsOf(contentOf(outer));
    const fields = elementsOf(contentOf(signed));
    // Serial number, algorithm, issuer and validity come before it, and mostly a version.
    const subject = fields[fields[0]?.tag === EXPLICIT_VERSION_TAG ? 5 : 4];
    return elementsOf(contentOf(subject)).map(describeRdn).reverse().join(',') || null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function describeRdn({ content }: Element): string {
  return elementsOf(content).map(describeAttribute).join('+');
}

function describeAttribute({ content }: Element): string {
  const [type, value] = elementsOf(content);
  if (value === undefined) throw new RangeError('an attribute without a value');
  const number = describeNumber(contentOf(type));
  const keyword = KEYWORDS[number];
  if (keyword === undefined || !STRING_TAGS.has(value.tag)) {
    return `${keyword ?? number}=#${Buffer.from(value.encoded).toString('hex')}`;
  }
  return `${keyword}=${escapeValue(Buffer.from(value.content).toString('utf8'))}`;
}

function escapeValue(value: string): string {
  const escaped = value.replace(/[,=+<>#;"\\]/g, '\\$&').replaceAll('\0', '\\00');
  const start = escaped.length - escaped.replace(/^[ \r]+/, '').length;
  let end = escaped.length;
  while (end > start && isBlank(escaped[end - 1])) end--;
  const each = (blanks: string) => blanks.replace(/[ \r]/g, '\\$&');
  return each(escaped.slice(0, start)) + escaped.slice(start, end) + each(escaped.slice(end));
}

function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\r';
}

/** An object identifier, such as 2.5.4.3. */
function describeNumber(content: Uint8Array): string {
  const parts: number[] = [];
  let part = 0;
  for (const byte of content) {
    part = part * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    if (parts.length === 0) {
      const first = Math.min(2, Math.floor(part / 40));
      parts.push(first, part - first * 40);
    } else {
      parts.push(part);
    }
    part = 0;
  }
  return parts.join('.');
}

function contentOf(element: Element | undefined): Uint8Array {
  if (element === undefined) throw new RangeError('an element is missing');
  return element.content;
}

/** Throws RangeError for what is no DER. */
function elementsOf(bytes: Uint8Array): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = at;
    const tag = byteAt(bytes, at++);
    let length = byteAt(bytes, at++);
    if (length >= 0x80) {
      let count = length & 0x7f;
      if (count === 0 || count > 4) throw new RangeError('a length that is none');
      for (length = 0; count > 0; count--) length = length * 256 + byteAt(bytes, at++);
    }
    const end = at + length;
    if (end > bytes.length) throw new RangeError('cut off');
    elements.push({ tag, content: bytes.subarray(at, end), encoded: bytes.subarray(start, end) });
    at = end;
  }
  return elements;
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new RangeError('cut off');
  return byte;
}

const READABLE_KEYWORDS = new Set([
  ...['CN', 'C', 'L', 'S', 'ST', 'O', 'OU', 'T', 'IP', 'STREET', 'DC', 'DNQUALIFIER', 'DNQ'],
  ...['SURNAME', 'GIVENNAME', 'INITIALS', 'GENERATION', 'EMAIL', 'EMAILADDRESS', 'UID'],
  'SERIALNUMBER',
]);

/** Whether Java would take the text for a name; the empty one is a name without parts. */
export function isDistinguishedName(text: string): boolean {
  if (text === '') return true;
  const attributes = splitName(text);
  return attributes?.every(isAttribute) ?? false;
}

/** At commas, semicolons and plus signs outside quotes; null when a quote or an escape is open. */
function splitName(text: string): string[] | null {
  const attributes: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (char === ',' || char === ';' || char === '+')) {
      attributes.push(text.slice(start, at));
      start = at + 1;
    }
    if (at >= text.length) return null;
  }
  attributes.push(text.slice(start));
  return isQuoted ? null : attributes;
}

function isAttribute(attribute: string): boolean {
  const equals = attribute.indexOf('=');
  const keyword = attribute.slice(0, Math.max(0, equals)).trim().toUpperCase();
  const isKnown = READABLE_KEYWORDS.has(keyword) || /^(OID\.)?\d+(\.\d+)+$/.test(keyword);
  const value = attribute.slice(equals + 1).trim();
  if (/\\(?![,=+<>#;"\\ ]|[0-9a-f]{2})/i.test(value)) return false;
  return isKnown && (!value.startsWith('#') || /^#([0-9a-f]{2})+$/i.test(value));
}
