/** What all builders share: the client, the namespace, the retry policy. */
import type { RetryPolicy, ZooKeeper } from '../client/index.ts';

export interface BuilderContext {
  readonly zooKeeper: ZooKeeper;
  readonly retryPolicy: RetryPolicy;
  /** In front of every path, such as `/app`; empty for none. */
  readonly prefix: string;
  /** Resolves when the namespace's node is there; at once when there is no namespace. */
  namespaceMade(): Promise<void>;
}

/** The path as the server knows it. The first call makes the namespace's node, as Curator does. */
export async function withNamespace(context: BuilderContext, path: string): Promise<string> {
  const { prefix } = context;
  if (prefix === '') return path;
  await context.namespaceMade();
  return path === '/' ? prefix : `${prefix}${path}`;
}

export function withoutNamespace({ prefix }: BuilderContext, path: string): string {
  return path.slice(prefix.length) || '/';
}
