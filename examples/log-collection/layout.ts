/** What sources, collectors and the monitor know of each other: the paths, and what stands there. */
import { json } from 'zooid';

/** Who is there, with its state: GroupMembership. */
export const COLLECTORS = '/logs/collectors';
export const SOURCES = '/logs/sources';
/** Which collector has which group of sources: WorkPartitioner. */
export const GROUPS = '/logs/groups';
export const OWNERS = `${GROUPS}/owners`;
/** How far the log of each source has been collected. */
export const COLLECTED = '/logs/collected';

export const GROUP_NAMES = ['auth', 'mail', 'shop', 'web'];

export interface State {
  readonly pid: number;
  /** Of a collector: where it listens. */
  readonly port?: number;
  /** Of a source. */
  readonly group?: string;
  /** In its log, or collected since it was started. */
  readonly bytes: number;
  readonly cpuPercent: number;
  readonly memoryMb: number;
}

export const stateJson = json<State>((value) => value as State);

const MS_BETWEEN_STATES = 500;

/** The state of this process, now and then, with the CPU time that it has used in between. */
export async function* states(): AsyncGenerator<Pick<State, 'pid' | 'cpuPercent' | 'memoryMb'>> {
  let [used, at] = [process.cpuUsage(), performance.now()];
  for (;;) {
    const { user, system } = process.cpuUsage(used);
    const elapsedMs = Math.max(performance.now() - at, 1);
    [used, at] = [process.cpuUsage(), performance.now()];
    const cpuPercent = Math.round((user + system) / 10 / elapsedMs);
    const memoryMb = Math.round(process.memoryUsage.rss() / 2 ** 20);
    yield { pid: process.pid, cpuPercent, memoryMb };
    await new Promise((resolve) => setTimeout(resolve, MS_BETWEEN_STATES));
  }
}
