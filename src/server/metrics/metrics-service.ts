/**
 * MetricsService: ZooKeeper's metrics provider, as far as it has a port of its own. What that needs
 * is loaded only when the configuration asks for it.
 */
import { PROMETHEUS_PROVIDER } from '../config/settings/metrics-settings.ts';
import { ExitCode, StartupError } from '../exit-code.ts';
import type { Logger } from '../logging/logger.ts';
import type { MetricsPort } from './metrics-port.ts';
import type { FigureContext } from './server-figures.ts';

/** Compat: of Java 3.9. */
const PORT_DEFAULT = 7000;

export class MetricsService {
  readonly #context: FigureContext;
  readonly #logger: Logger;
  #port: MetricsPort | null = null;
  #isClosed = false;

  constructor(context: FigureContext, logger: Logger) {
    this.#context = context;
    this.#logger = logger;
  }

  /** Where it listens; 0 while it does not. */
  get port(): number {
    return this.#port?.port ?? 0;
  }

  /** Resolves when it listens, or need not. Throws StartupError when it cannot. */
  async open(): Promise<void> {
    const { providerClassName, httpHost: host, httpPort, httpsPort } = this.#context.config.metrics;
    if (providerClassName !== PROMETHEUS_PROVIDER) return;
    const hasTls = httpsPort !== null && httpsPort >= 0;
    if (hasTls) this.#logger.warn('metrics are not published by TLS: httpsPort has no effect');
    if (hasTls && httpPort === null) return;
    const port = httpPort ?? PORT_DEFAULT;
    const [{ createMetricsPage }, { MetricsPort }] = await Promise.all([
      import('./prometheus-page.ts'),
      import('./metrics-port.ts'),
    ]);
    if (this.#isClosed) return;
    this.#port = new MetricsPort(createMetricsPage(this.#context), this.#logger);
    try {
      await this.#port.listen({ host, port });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `cannot publish metrics on ${host}:${port}: ${reason}`;
      throw new StartupError(message, ExitCode.unexpectedError, error);
    }
    this.#logger.info('metrics are published', {
      address: host,
      port: this.port,
      path: '/metrics',
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#port?.close();
  }
}
