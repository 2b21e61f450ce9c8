import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import { EventQueue } from '../../../src/sim/event-queue.ts';
import { SimClock } from '../../../src/sim/sim-clock.ts';
import { Program, VirtualTime } from './virtual-time.ts';

/** What the program said, and when; in milliseconds of the world. */
async function told(program: (say: (text: string) => void, world: World) => void) {
  const clock = new SimClock();
  const queue = new EventQueue(new Prng(1));
  const time = new VirtualTime({ clock, queue, prng: new Prng(2) });
  const said: string[] = [];
  try {
    program((text) => said.push(`${performance.now()} ${text}`), { clock, queue, time });
    time.touch();
    await time.rest();
    for (let event = queue.take(); event !== undefined; event = queue.take()) {
      clock.moveTo(event.timeUs);
      event.action();
      await time.rest();
    }
  } finally {
    time[Symbol.dispose]();
  }
  return said;
}

interface World {
  readonly clock: SimClock;
  readonly queue: EventQueue;
  readonly time: VirtualTime;
}

test('virtual-time: timers, promises and turns → in their order, by the clock of the world', async () => {
  const said = await told((say) => {
    setTimeout(async () => {
      setImmediate(() => say('the next turn'));
      await Promise.resolve();
      say('a promise');
    }, 20_000);
    setTimeout(() => say('earlier'), 10_000);
    clearTimeout(setTimeout(() => say('never'), 5000));
  });
  assert.deepEqual(said, ['10000 earlier', '20000 a promise', '20000 the next turn']);
});

test('virtual-time: a program that stands still → what it missed, in its order, when it goes on', async () => {
  const said = await told((say, world) => {
    const program = new Program(world.time, world);
    program.run(() => {
      setTimeout(() => say('one'), 10);
      setTimeout(() => say('two'), 20);
      setTimeout(() => say('three'), 200);
    });
    world.queue.add(5000, 'pause', () => program.pause(100_000));
    setTimeout(() => say('somebody else'), 15);
  });
  assert.deepEqual(said, ['15 somebody else', '105 one', '105 two', '200 three']);
});

test('virtual-time: at its end → the real clock again', async () => {
  const { setTimeout: real } = globalThis;
  await told(() => assert.notEqual(setTimeout, real));
  assert.equal(globalThis.setTimeout, real);
  assert.ok(Date.now() > 1_000_000_000_000);
});
