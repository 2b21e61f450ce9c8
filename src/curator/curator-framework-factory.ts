/** CuratorFrameworkFactory: newClient and builder, as in Curator. */
import type { RetryPolicy, ZooKeeperOptions } from '../client/index.ts';
import { CuratorFramework, type CuratorOptions } from './curator-framework.ts';
import { exponentialBackoffRetry } from './retry.ts';

export class CuratorFrameworkBuilder {
  #options: CuratorOptions = {
    connectString: '127.0.0.1:2181',
    retryPolicy: exponentialBackoffRetry(1000, 3),
  };

  connectString(connectString: string): this {
    return this.#with({ connectString });
  }

  sessionTimeoutMs(sessionTimeoutMs: number): this {
    return this.#with({ sessionTimeoutMs });
  }

  connectionTimeoutMs(connectionTimeoutMs: number): this {
    return this.#with({ connectionTimeoutMs });
  }

  retryPolicy(retryPolicy: RetryPolicy): this {
    return this.#with({ retryPolicy });
  }

  namespace(namespace: string): this {
    return this.#with({ namespace });
  }

  authorization(scheme: string, auth: Uint8Array | string): this {
    const client: ZooKeeperOptions = this.#options.client ?? {};
    return this.#with({ client: { ...client, auth: [...(client.auth ?? []), { scheme, auth }] } });
  }

  canBeReadOnly(canBeReadOnly: boolean): this {
    return this.#with({ canBeReadOnly });
  }

  build(): CuratorFramework {
    return new CuratorFramework(this.#options);
  }

  #with(options: Partial<CuratorOptions>): this {
    this.#options = { ...this.#options, ...options };
    return this;
  }
}

export const CuratorFrameworkFactory = {
  newClient(
    connectString: string,
    retryPolicy: RetryPolicy,
    options: Pick<CuratorOptions, 'sessionTimeoutMs' | 'connectionTimeoutMs'> = {},
  ): CuratorFramework {
    return new CuratorFramework({ ...options, connectString, retryPolicy });
  },

  builder(): CuratorFrameworkBuilder {
    return new CuratorFrameworkBuilder();
  },
} as const;
