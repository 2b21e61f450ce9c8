import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventType } from '../../../../src/protocol/watch-event.ts';
import { EventListener } from '../../../../src/server/admin/api/event-listener.ts';

function makeListener(seen: readonly number[] = [1]) {
  let closed = 0;
  const listener = new EventListener('/a', {
    maySee: (aclId) => seen.includes(aclId),
    onClosed: () => {
      closed++;
    },
  });
  return { listener, closedCount: () => closed };
}

const opened = { kind: 'session', change: 'opened', id: '0x1' } as const;

test('event listener: told before and while it is asked → all, in order', async () => {
  const { listener } = makeListener();
  listener.tell(opened);
  listener.notify({ type: EventType.nodeCreated, path: '/a/b', zxid: 7, aclId: 1 });
  assert.deepEqual(await listener.take(), [
    opened,
    { kind: 'node', change: 'created', path: '/a/b', zxid: 7 },
  ]);
  const taking = listener.take();
  listener.tell(opened);
  assert.deepEqual(await taking, [opened]);
});

test('event listener: a change that it may not see, or of children → not told', async () => {
  const { listener } = makeListener();
  listener.notify({ type: EventType.nodeDataChanged, path: '/a', zxid: 8, aclId: 2 });
  listener.notify({ type: EventType.nodeChildrenChanged, path: '/a', zxid: 8, aclId: 1 });
  listener.notify({ type: EventType.nodeDeleted, path: '/a', zxid: 9, aclId: 1 });
  assert.deepEqual(await listener.take(), [
    { kind: 'node', change: 'deleted', path: '/a', zxid: 9 },
  ]);
});

test('event listener: too slow → one last word, and the end', async () => {
  const { listener, closedCount } = makeListener();
  for (let i = 0; i <= 10_000; i++) listener.tell(opened);
  assert.equal(closedCount(), 1);
  listener.tell(opened);
  assert.deepEqual(await listener.take(), [{ kind: 'lost', reason: 'too slow' }]);
  assert.deepEqual(await listener.take(), []);
});

test('event listener: closed while it waits → nothing more, told once', async () => {
  const { listener, closedCount } = makeListener();
  const taking = listener.take();
  listener.close();
  listener.close();
  assert.deepEqual(await taking, []);
  assert.equal(closedCount(), 1);
});
