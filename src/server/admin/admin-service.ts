/**
 * AdminService: the AdminServer as a shell has it: there where the configuration says so, and nothing,
 * not even loaded code, where it does not.
 */
import { ExitCode, StartupError } from '../exit-code.ts';
import type { AdminServer, AdminServerParts } from './admin-server.ts';
import { loadAdminTls } from './admin-tls.ts';

export class AdminService {
  readonly #parts: Omit<AdminServerParts, 'tls'>;
  #server: AdminServer | null = null;
  #isClosed = false;

  constructor(parts: Omit<AdminServerParts, 'tls'>) {
    this.#parts = parts;
  }

  /** Where it listens; 0 where it does not. */
  get port(): number {
    return this.#server?.port ?? 0;
  }

  /** Throws StartupError when it cannot listen, ConfigError when it has no good keys. */
  async start(): Promise<void> {
    const { config, logger } = this.#parts;
    const { isEnabled, address, port } = config.admin;
    if (!isEnabled) return;
    const { AdminServer } = await import('./admin-server.ts');
    const tls = await loadAdminTls(config, logger);
    if (this.#isClosed) return;
    this.#server = new AdminServer({ ...this.#parts, tls });
    try {
      await this.#server.listen();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `the AdminServer cannot listen on ${address}:${port}: ${reason}`;
      throw new StartupError(message, ExitCode.errorStartingAdminServer, error);
    }
  }

  /** Whatever happens to the server. */
  onEvent(event: { readonly kind: string }): void {
    this.#server?.onEvent(event);
  }

  close(): void {
    this.#isClosed = true;
    this.#server?.close();
  }
}
