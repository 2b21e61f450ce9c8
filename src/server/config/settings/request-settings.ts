/** Settings of the data tree and of how requests are treated. */
import { int, laxBoolean, long, words } from '../value-kinds.ts';
import { optional, property, systemProperty } from './setting.ts';

export const requestSettings = {
  juteMaxBufferBytes: systemProperty('jute.maxbuffer', {
    kind: int({ min: 1 }),
    default: 0xfffff,
    unit: 'bytes',
    meaning: 'The longest frame taken from a client; a longer one closes the connection.',
  }),
  juteMaxBufferExtraBytes: property('jute.maxbuffer.extrasize', {
    kind: optional(int({ min: 0 })),
    default: null,
    defaultText: 'jute.maxbuffer',
    unit: 'bytes',
    support: 'accepted',
    meaning: 'What a record read from the log may be longer than jute.maxbuffer.',
  }),
  extendedTypesEnabled: property('extendedTypesEnabled', {
    kind: laxBoolean,
    default: false,
    meaning: 'Allow nodes with a time to live (TTL).',
  }),
  emulate353TtlNodes: property('emulate353TTLNodes', {
    kind: laxBoolean,
    default: false,
    meaning: 'Read TTL nodes as version 3.5.3 wrote them.',
  }),
  enforceQuota: property('enforceQuota', {
    kind: laxBoolean,
    default: false,
    meaning: 'Refuse requests that pass a hard quota.',
  }),
  closeSessionTxnEnabled: property('closeSessionTxn.enabled', {
    kind: laxBoolean,
    default: true,
    meaning: 'The transaction that closes a session lists the ephemeral nodes it deletes.',
  }),
  readOnlyModeEnabled: systemProperty('readonlymode.enabled', {
    kind: laxBoolean,
    default: false,
    meaning:
      'A server without a leader serves reads to clients that ask for it; also allows the word `isro`.',
  }),
  containerCheckIntervalMs: systemProperty('znode.container.checkIntervalMs', {
    kind: long({ min: 1 }),
    default: 60_000,
    unit: 'ms',
    meaning: 'Time between two searches for empty containers and ended TTL nodes.',
  }),
  containerMaxPerMinute: systemProperty('znode.container.maxPerMinute', {
    kind: int({ min: 1 }),
    default: 10_000,
    meaning: 'How many of them are deleted in a minute at most.',
  }),
  containerMaxNeverUsedIntervalMs: systemProperty('znode.container.maxNeverUsedIntervalMs', {
    kind: long({ min: 0 }),
    default: 0,
    unit: 'ms',
    meaning: 'A container that never had a child is deleted after this time; 0: never.',
  }),
  fourLetterWordWhitelist: property('4lw.commands.whitelist', {
    kind: optional(words),
    default: null,
    defaultText: 'srvr, and isro with readonlymode.enabled',
    meaning: 'The four-letter words answered besides srvr, separated by commas; `*`: all.',
  }),
};
