/** Broken ways of serving: order, watches, sessions, rollback. */
import { parentPath } from '../../base/path-rules.ts';
import { ClientConnection } from '../../core/requests/client-connection.ts';
import { OutstandingChanges } from '../../core/requests/outstanding-changes.ts';
import { sessionPassword } from '../../core/sessions/session-password.ts';
import { OpCode } from '../../protocol/op-code.ts';
import { corruptedFrames } from './corrupted-frames.ts';
import type { Mutant } from './mutant.ts';

const EVENT_XID = 0xffffffff;

function xidOf(frame: Uint8Array): number {
  return new DataView(frame.buffer, frame.byteOffset).getUint32(0);
}

function zxidLowOf(frame: Uint8Array): number {
  return new DataView(frame.buffer, frame.byteOffset).getUint32(8);
}

/** Events are held back until the reply behind them has left. */
function repliesFirst(frames: readonly Uint8Array[]): Uint8Array[] {
  const out: Uint8Array[] = [];
  let held: Uint8Array[] = [];
  for (const frame of frames) {
    if (xidOf(frame) === EVENT_XID) {
      held.push(frame);
      continue;
    }
    out.push(frame, ...held);
    held = [];
  }
  return [...out, ...held];
}

export const requestMutants: readonly Mutant[] = [
  {
    name: 'canary',
    text: 'Now and then one byte of a long reply is wrong: the simulator must see that.',
    like: 'none; it proves that failures are reported',
    seeds: 3,
    hooks: (prng) => ({ frames: (frames) => corruptedFrames(frames, prng) }),
  },
  {
    name: 'reply-before-event',
    text: 'The event of a txn leaves behind the reply to it.',
    like: 'W1',
    seeds: 10,
    hooks: () => ({ frames: repliesFirst }),
  },
  {
    name: 'watch-fires-twice',
    text: 'A one-shot watch tells of a change of data twice.',
    like: 'W2',
    seeds: 10,
    hooks: () => ({
      frames: (frames) =>
        frames.flatMap((frame) => {
          const isEvent = frame.length > 24 && xidOf(frame) === EVENT_XID;
          return isEvent && frame[19] === 3 ? [frame, frame] : [frame];
        }),
    }),
  },
  {
    name: 'missed-change-not-told',
    text: 'setWatches registers and does not tell what was missed.',
    like: 'W4; 1667',
    seeds: 60,
    hooks: () => ({
      frames: (frames) =>
        frames.filter((frame) => xidOf(frame) !== EVENT_XID || zxidLowOf(frame) !== 0xffffffff),
    }),
  },
  {
    name: 'reads-overtake-writes',
    text: 'A read does not wait for the writes of its own connection.',
    like: 'H5, H8; 1863',
    seeds: 5,
    hooks: () => {
      const { prototype } = ClientConnection;
      const before = Object.getOwnPropertyDescriptor(prototype, 'hasPendingWrites');
      Object.defineProperty(prototype, 'hasPendingWrites', {
        configurable: true,
        get: () => false,
      });
      return {
        restore() {
          if (before) Object.defineProperty(prototype, 'hasPendingWrites', before);
        },
      };
    },
  },
  {
    name: 'multi-leaves-parent',
    text: 'A failed multi leaves the raised parent of a create behind.',
    like: 'H11, H13; 1624',
    seeds: 200,
    hooks: () => {
      const { prototype } = OutstandingChanges;
      const { create, mark, rollbackTo } = prototype;
      let last: { readonly path: string; readonly zxid: number } | null = null;
      prototype.create = function (node) {
        last = node;
        return create.call(this, node);
      };
      prototype.mark = function () {
        last = null;
        return mark.call(this);
      };
      prototype.rollbackTo = function (to) {
        rollbackTo.call(this, to);
        const parent = last === null ? null : this.get(parentPath(last.path));
        if (parent === null || last === null) return;
        const after = this.begin(parent, last.zxid);
        after.cversion++;
        this.commit(after);
      };
      return {
        restore() {
          prototype.create = create;
          prototype.mark = mark;
          prototype.rollbackTo = rollbackTo;
        },
      };
    },
  },
  {
    name: 'closing-session-served',
    text: 'A session that is closing still takes requests.',
    like: 'E1, E3; 1208',
    seeds: 60,
    hooks: () => ({
      onServer({ sessions }) {
        const touch = sessions.touch.bind(sessions);
        sessions.touch = (session, nowMs) => {
          if (!session.isClosing) touch(session, nowMs);
          return true;
        };
      },
    }),
  },
  {
    name: 'touch-revives-session',
    text: 'A touch between the decision to expire a session and its end brings it back.',
    like: 'E2, E3; 1496',
    seeds: 100,
    hooks: () => ({
      onServer({ sessions }) {
        const touch = sessions.touch.bind(sessions);
        sessions.touch = (session, nowMs) => {
          session.isClosing = false;
          return touch(session, nowMs);
        };
      },
    }),
  },
  {
    name: 'ephemeral-survives',
    text: 'The end of a session leaves one of its ephemerals.',
    like: 'E2; 3145',
    seeds: 30,
    hooks: () => ({
      onServer({ database }) {
        const { tree } = database;
        const apply = database.apply.bind(database);
        const remove = tree.delete.bind(tree);
        database.apply = (origin, txn) => {
          if (txn.type !== OpCode.closeSession) return apply(origin, txn);
          const [spared] = tree.ephemeralsOf(origin.clientId);
          tree.delete = (path, zxid) => (path === spared ? 0 : remove(path, zxid));
          try {
            return apply(origin, txn);
          } finally {
            tree.delete = remove;
          }
        };
      },
    }),
  },
  {
    name: 'last-zxid-unchecked',
    text: 'A client that has seen a later state than this server is served.',
    like: 'H6; ClickHouse Keeper before 25.12',
    seeds: 60,
    hooks: () => ({
      connectRequest(bytes) {
        const changed = bytes.slice();
        changed.fill(0, 8, 16);
        return changed;
      },
    }),
  },
  {
    name: 'expiry-by-wall-clock',
    text: 'Sessions expire by the clock on the wall.',
    like: 'E4',
    seeds: 100,
    hooks: () => ({ now: ({ wallMs }) => ({ monotonicMs: wallMs - 1_770_000_000_000, wallMs }) }),
  },
  {
    name: 'password-unchecked',
    text: 'A session is given to whoever names it.',
    like: 'E8',
    seeds: 100,
    hooks: () => ({ connectRequest: withRightPassword }),
  },
];

const SESSION_ID_AT = 20;
const PASSWORD_AT = 32;

/** The password that the named session has, whatever the client sent. */
function withRightPassword(bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  const id = new DataView(changed.buffer).getBigInt64(SESSION_ID_AT);
  if (id !== 0n) changed.set(sessionPassword(id), PASSWORD_AT);
  return changed;
}
