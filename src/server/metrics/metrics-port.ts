/**
 * MetricsPort: the HTTP port of `/metrics`. It answers GET and HEAD of that one path, to whoever
 * reaches it: there is no authentication, as in ZooKeeper.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../logging/logger.ts';
import type { MetricsPage } from './prometheus-page.ts';

const PATH = '/metrics';
const CONNECTIONS_MAX = 64;
/** Of who says nothing, or does not take the answer. */
const IDLE_TIMEOUT_MS = 30_000;

export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
}

export class MetricsPort {
  readonly #page: MetricsPage;
  readonly #logger: Logger;
  readonly #server: Server;

  constructor(page: MetricsPage, logger: Logger) {
    this.#page = page;
    this.#logger = logger;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.maxConnections = CONNECTIONS_MAX;
    this.#server.setTimeout(IDLE_TIMEOUT_MS);
  }

  /** 0 unless it listens. */
  get port(): number {
    const address = this.#server.address() as AddressInfo | null;
    return address?.port ?? 0;
  }

  /** Rejects with the system's error. */
  listen({ host, port }: MetricsAddress): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        this.#server.on('error', (error) => this.#logger.error('metrics port', { error }));
        resolve();
      });
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const [path, query = ''] = url.split('?', 2);
    if (path !== PATH) return refuse(response, 404);
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return refuse(response, 405);
    }
    try {
      const text = await this.#page.render(new URLSearchParams(query).getAll('name[]'));
      response.setHeader('content-type', this.#page.contentType);
      response.end(method === 'HEAD' ? undefined : text);
    } catch (error) {
      this.#logger.error('the metrics cannot be shown', { error: String(error) });
      refuse(response, 500);
    }
  }
}

function refuse(response: ServerResponse, status: number): void {
  response.statusCode = status;
  response.end();
}
