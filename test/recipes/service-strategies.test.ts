import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceInstance } from '../../src/recipes/service-discovery.ts';
import {
  leastLoadedStrategy,
  randomStrategy,
  roundRobinStrategy,
  type ServiceStrategy,
  stickyStrategy,
} from '../../src/recipes/service-strategies.ts';

const instance = (id: string, payload = 0): ServiceInstance<number> => ({
  name: 's',
  id,
  address: '10.0.0.1',
  port: 1,
  sslPort: null,
  payload,
  registrationTimeUTC: 0,
  serviceType: 'DYNAMIC',
  enabled: true,
});
const abc = ['a', 'b', 'c'].map((id) => instance(id));
const picks = (strategy: ServiceStrategy<number>, count: number, from = abc) =>
  Array.from({ length: count }, () => strategy.pick(from)?.id).join('');

test('round robin: four times of three; one goes in between → in turns all the same', () => {
  const strategy = roundRobinStrategy<number>();
  assert.equal(picks(strategy, 4), 'abca');
  assert.equal(picks(strategy, 2, [instance('a'), instance('c')]), 'ca');
});

test('random: the number decides', () => {
  const numbers = [0, 0.4, 0.99];
  assert.equal(
    picks(
      randomStrategy(() => numbers.shift() ?? 0),
      3,
    ),
    'abc',
  );
});

test('sticky: the same one until it goes, then another that stays', () => {
  const strategy = stickyStrategy(roundRobinStrategy<number>());
  assert.equal(picks(strategy, 3), 'aaa');
  assert.equal(picks(strategy, 2, [instance('b'), instance('c')]), 'bb');
  assert.equal(picks(strategy, 2), 'bb');
});

test('least loaded: the smallest load, the first of equals', () => {
  const strategy = leastLoadedStrategy<number>(({ payload }) => payload);
  assert.equal(picks(strategy, 1, [instance('a', 3), instance('b', 1), instance('c', 1)]), 'b');
});
