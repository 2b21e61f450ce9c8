/**
 * NewFile: a file that has its name only once it is whole and durable. Until then it is `tmp.<name>`
 * beside it, which servers do not look at.
 */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { withPath } from '../system-error.ts';
import { ToolError } from '../tool-error.ts';
import { syncDirectory } from './sync-directory.ts';

export class NewFile {
  readonly path: string;
  readonly #unfinished: string;
  readonly #descriptor: number;
  #isOpen = true;
  #bytes = 0;

  /** Throws when there is a file of this name. */
  constructor(path: string) {
    if (existsSync(path)) {
      throw new ToolError(`${path} exists already: move it away, or name another file.`);
    }
    this.path = path;
    this.#unfinished = join(dirname(path), `tmp.${basename(path)}`);
    this.#descriptor = openSync(this.#unfinished, 'w');
  }

  get bytes(): number {
    return this.#bytes;
  }

  write(bytes: Uint8Array): void {
    writeWhole(this.#descriptor, bytes, this.path);
    this.#bytes += bytes.length;
  }

  commit(): void {
    withPath(this.path, () => fsyncSync(this.#descriptor));
    this.#close();
    renameSync(this.#unfinished, this.path);
    syncDirectory(dirname(this.path));
  }

  /** Also after a commit that failed. */
  discard(): void {
    this.#close();
    rmSync(this.#unfinished, { force: true });
  }

  /** Not again when that failed: the descriptor is gone, and may already be another file's. */
  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    withPath(this.path, () => closeSync(this.#descriptor));
  }
}

/** Makes the file by `fill`; when that throws, there is none. */
export async function makeFile<T>(
  path: string,
  fill: (file: NewFile) => T | Promise<T>,
): Promise<T> {
  const file = new NewFile(path);
  try {
    const result = await fill(file);
    file.commit();
    return result;
  } catch (error) {
    file.discard();
    throw error;
  }
}

/** Puts the text where another may be: whoever reads finds the old one or this one, whole. */
export function replaceFile(path: string, text: string): void {
  const unfinished = join(dirname(path), `tmp.${basename(path)}`);
  try {
    const descriptor = openSync(unfinished, 'w');
    try {
      writeWhole(descriptor, Buffer.from(text), path);
      withPath(path, () => fsyncSync(descriptor));
    } finally {
      closeSync(descriptor);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
  syncDirectory(dirname(path));
}

/** A write may take less than it is given, at a full disk above all: the next one then fails. */
export function writeWhole(descriptor: number, bytes: Uint8Array, path: string): void {
  for (let done = 0; done < bytes.length; ) {
    done += withPath(path, () => writeSync(descriptor, bytes, done));
  }
}
