/**
 * PathBytes: a path as UTF-8 in one reused buffer, for looking up what is known as a string.
 * Valid until the next `encode`.
 */
export class PathBytes {
  bytes = new Uint8Array(1024);
  length = 0;
  #encoded = '';

  encode(path: string): this {
    // A write asks for its own path several times running.
    if (path === this.#encoded) return this;
    this.#encoded = path;
    if (path.length * 3 > this.bytes.length) this.bytes = new Uint8Array(path.length * 6);
    const bytes = this.bytes;
    let at = 0;
    for (let i = 0; i < path.length; i++) {
      const unit = path.charCodeAt(i);
      if (unit < 0x80) {
        bytes[at++] = unit;
      } else if (unit < 0x800) {
        bytes[at++] = 0xc0 | (unit >> 6);
        bytes[at++] = 0x80 | (unit & 0x3f);
      } else {
        bytes[at++] = 0xe0 | (unit >> 12);
        bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
        bytes[at++] = 0x80 | (unit & 0x3f);
      }
    }
    this.length = at;
    return this;
  }
}

const CHUNK = 8192;

/** UTF-8 without surrogates, as in every stored name, to a string. */
export function decodeName(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  let units: number[] = [];
  for (let at = start; at < end; ) {
    const first = bytes[at] as number;
    if (first < 0x80) {
      units.push(first);
      at += 1;
    } else if (first < 0xe0) {
      units.push(((first & 0x1f) << 6) | ((bytes[at + 1] as number) & 0x3f));
      at += 2;
    } else {
      const second = (bytes[at + 1] as number) & 0x3f;
      units.push(((first & 0x0f) << 12) | (second << 6) | ((bytes[at + 2] as number) & 0x3f));
      at += 3;
    }
    if (units.length === CHUNK) {
      text += String.fromCharCode(...units);
      units = [];
    }
  }
  return text + String.fromCharCode(...units);
}
