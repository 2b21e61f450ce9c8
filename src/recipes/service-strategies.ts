/** How a ServiceProvider chooses among the instances that are there. */
import type { ServiceInstance } from './service-discovery.ts';

/** Given at least one instance. `instances` is sorted by id. */
export interface ServiceStrategy<P> {
  pick(instances: readonly ServiceInstance<P>[]): ServiceInstance<P> | undefined;
}

/** `random` gives numbers from 0 (included) to 1. */
export function randomStrategy<P>(random: () => number = Math.random): ServiceStrategy<P> {
  return { pick: (instances) => instances[Math.floor(random() * instances.length)] };
}

/** One after the other, also when some come and go. */
export function roundRobinStrategy<P>(): ServiceStrategy<P> {
  let lastId = '';
  return {
    pick(instances) {
      const next = instances.find(({ id }) => id > lastId) ?? instances[0];
      lastId = next?.id ?? '';
      return next;
    },
  };
}

/** The same one for as long as it is there, then another by the inner strategy. */
export function stickyStrategy<P>(
  inner: ServiceStrategy<P> = randomStrategy(),
): ServiceStrategy<P> {
  let stuckId: string | undefined;
  return {
    pick(instances) {
      const stuck = instances.find(({ id }) => id === stuckId) ?? inner.pick(instances);
      stuckId = stuck?.id;
      return stuck;
    },
  };
}

/** The one with the smallest load that it has told, the smallest id among equals. */
export function leastLoadedStrategy<P>(
  load: (instance: ServiceInstance<P>) => number,
): ServiceStrategy<P> {
  return {
    pick: (instances) =>
      instances.reduce(
        (best, each) => (load(each) < load(best) ? each : best),
        instances[0] as ServiceInstance<P>,
      ),
  };
}
