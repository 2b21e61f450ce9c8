/**
 * SteadyMap and SteadySet: for what comes and goes all the time while a few are there: connections,
 * sessions, changes under way.
 *
 * V8 makes a new table for a Map whenever deleted places have filled the old one, and leaves in the
 * old one a link to the new. Once an old table has grown old itself, the collector of young objects
 * takes all that follow, and everything that was in them, for alive: of each closed connection 3 KB
 * were moved to the old objects, and its pauses were five times as long (`docs/performance.md`). So
 * these begin with a new Map, to which nothing leads, from time to time. It is done when something
 * is added: whoever deletes while going through one goes on undisturbed; who adds may not meet it.
 */

/** After so many deletions, and only while so few are there: to copy many would be a pause. */
const DELETED_MAX = 256;
const COPIED_MAX = 1024;

export class SteadyMap<K, V> {
  #entries = new Map<K, V>();
  #deletedCount = 0;

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  set(key: K, value: V): void {
    if (this.#deletedCount >= DELETED_MAX) this.#renew();
    this.#entries.set(key, value);
  }

  delete(key: K): boolean {
    const isDeleted = this.#entries.delete(key);
    if (isDeleted) this.#deletedCount++;
    return isDeleted;
  }

  clear(): void {
    this.#entries = new Map();
    this.#deletedCount = 0;
  }

  keys(): MapIterator<K> {
    return this.#entries.keys();
  }

  values(): MapIterator<V> {
    return this.#entries.values();
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.#entries[Symbol.iterator]();
  }

  #renew(): void {
    this.#deletedCount = 0;
    if (this.#entries.size <= COPIED_MAX) this.#entries = new Map(this.#entries);
  }
}

export class SteadySet<T> {
  #elements = new Set<T>();
  #deletedCount = 0;

  get size(): number {
    return this.#elements.size;
  }

  has(element: T): boolean {
    return this.#elements.has(element);
  }

  add(element: T): void {
    if (this.#deletedCount >= DELETED_MAX) this.#renew();
    this.#elements.add(element);
  }

  delete(element: T): boolean {
    const isDeleted = this.#elements.delete(element);
    if (isDeleted) this.#deletedCount++;
    return isDeleted;
  }

  [Symbol.iterator](): SetIterator<T> {
    return this.#elements[Symbol.iterator]();
  }

  #renew(): void {
    this.#deletedCount = 0;
    if (this.#elements.size <= COPIED_MAX) this.#elements = new Set(this.#elements);
  }
}
