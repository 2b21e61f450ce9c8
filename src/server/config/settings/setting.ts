/**
 * Setting: one configuration key, declared once. From the declaration come the typed field of
 * `ServerConfig`, the check of the value, the row of docs/configuration.md and the words of
 * every message about it.
 */
import type { Reading, ValueKind } from '../value-kinds.ts';

/**
 * Where a key is read, ZooKeeper's three ways:
 * `file`: from zoo.cfg only. `property`: system property `zookeeper.<key>`, which zoo.cfg sets
 * when it holds `<key>`. `system`: system property `<key>` from a -D flag only.
 */
export type SettingPlace = 'file' | 'property' | 'system';

/** `accepted`: read and checked, but there is nothing here that it could change. */
export type SettingSupport = 'supported' | 'accepted' | 'later';

export interface Setting<T> {
  readonly key: string;
  readonly place: SettingPlace;
  readonly kind: ValueKind<T>;
  readonly default: T;
  /** What the page says instead of the default when that is computed. */
  readonly defaultText?: string;
  readonly unit?: string;
  readonly support: SettingSupport;
  readonly meaning: string;
  /** The value is never shown. */
  readonly isSecret?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: a family of settings of different types.
export type AnySetting = Setting<any>;

/** The typed values that a family of settings yields. */
export type ValuesOf<Family extends Readonly<Record<string, AnySetting>>> = {
  readonly [Field in keyof Family]: Family[Field] extends Setting<infer T> ? T : never;
};

type Rest<T> = Omit<Setting<T>, 'place' | 'key' | 'support'> & {
  readonly support?: SettingSupport;
};

export function fileKey<T>(key: string, rest: Rest<T>): Setting<T> {
  return { key, place: 'file', support: 'supported', ...rest };
}

export function property<T>(key: string, rest: Rest<T>): Setting<T> {
  return { key, place: 'property', support: 'supported', ...rest };
}

export function systemProperty<T>(key: string, rest: Rest<T>): Setting<T> {
  return { key, place: 'system', support: 'supported', ...rest };
}

/** The same kind, for a setting that may be absent. */
export function optional<T>(kind: ValueKind<T>): ValueKind<T | null> {
  return { allowed: kind.allowed, read: (text): Reading<T | null> | undefined => kind.read(text) };
}
