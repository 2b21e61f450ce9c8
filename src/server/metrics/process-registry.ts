/**
 * processRegistry: what there is to know about this process, once for all servers in it. `process_…`
 * has the names that Java's provider uses, too; `nodejs_…` is this platform's; and what Java calls
 * `jvm_…` is given where it means something here, because dashboards ask for it.
 */
import { readFileSync } from 'node:fs';
import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { collectDefaultMetrics, Gauge, Registry, Summary } from 'prom-client';

let shared: Registry | null = null;

export function processRegistry(): Registry {
  shared ??= createRegistry();
  return shared;
}

function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  addMemory(registry);
  addMemoryPools(registry);
  addCollections(registry);
  addThreads(registry);
  new Gauge({
    name: 'jvm_info',
    help: 'What runs the server: there is no Java.',
    labelNames: ['version', 'vendor', 'runtime'],
    registers: [registry],
  }).set({ version: process.version, vendor: 'Node.js', runtime: `V8 ${process.versions.v8}` }, 1);
  return registry;
}

/** The tree lies outside the heap: it is what is called nonheap here. */
function addMemory(registry: Registry): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: (area: 'heap' | 'nonheap') => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['area'],
      registers,
      collect() {
        for (const area of ['heap', 'nonheap'] as const) this.set({ area }, read(area));
      },
    });
  const { memoryUsage } = process;
  gauge('jvm_memory_bytes_used', 'The heap of V8; nonheap is the memory outside of it.', (area) => {
    const { heapUsed, external } = memoryUsage();
    return area === 'heap' ? heapUsed : external;
  });
  gauge('jvm_memory_bytes_committed', 'What V8 has of the system for it.', (area) => {
    const { heapTotal, external } = memoryUsage();
    return area === 'heap' ? heapTotal : external;
  });
  gauge('jvm_memory_bytes_max', 'The limit of the heap; -1: there is none.', (area) =>
    area === 'heap' ? getHeapStatistics().heap_size_limit : -1,
  );
  for (const name of ['jvm_buffer_pool_used_bytes', 'jvm_buffer_pool_capacity_bytes']) {
    new Gauge({
      name,
      help: 'Memory of buffers outside the heap.',
      labelNames: ['pool'],
      registers,
      collect() {
        this.set({ pool: 'direct' }, memoryUsage().arrayBuffers);
      },
    });
  }
}

function addMemoryPools(registry: Registry): void {
  const pools = [
    ['jvm_memory_pool_bytes_used', 'space_used_size'],
    ['jvm_memory_pool_bytes_committed', 'space_size'],
  ] as const;
  for (const [name, field] of pools) {
    new Gauge({
      name,
      help: 'The spaces of the heap of V8.',
      labelNames: ['pool'],
      registers: [registry],
      collect() {
        for (const space of getHeapSpaceStatistics()) {
          this.set({ pool: space.space_name }, space[field]);
        }
      },
    });
  }
}

const COLLECTION_KINDS: Readonly<Record<number, string>> = {
  1: 'minor',
  4: 'major',
  8: 'incremental',
  16: 'weak callbacks',
};

function addCollections(registry: Registry): void {
  const collections = new Summary({
    name: 'jvm_gc_collection_seconds',
    help: 'Time spent in garbage collections of V8.',
    labelNames: ['gc'],
    percentiles: [],
    registers: [registry],
  });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      collections.observe({ gc: kindOf(entry) }, entry.duration / 1000);
    }
  }).observe({ entryTypes: ['gc'] });
}

function kindOf(entry: PerformanceEntry): string {
  const detail: unknown = 'detail' in entry ? entry.detail : null;
  const kind = detail !== null && typeof detail === 'object' && 'kind' in detail && detail.kind;
  return COLLECTION_KINDS[Number(kind)] ?? 'other';
}

function addThreads(registry: Registry): void {
  new Gauge({
    name: 'jvm_threads_current',
    help: 'Threads of the process: one does the work, the others are of V8 and of the disk.',
    registers: [registry],
    collect() {
      const count = readThreadCount();
      if (count === null) this.remove();
      else this.set(count);
    },
  });
}

/** Null where it is not known. */
function readThreadCount(): number | null {
  try {
    const [, count] = /^Threads:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return count === undefined ? null : Number(count);
  } catch {
    return null;
  }
}
