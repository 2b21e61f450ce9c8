/**
 * AdminService: the AdminServer as a shell has it: there where the configuration says so, and nothing,
 * not even loaded code, where it does not.
 */
import { assert } from '../../base/assert.ts';
import { ExitCode, StartupError } from '../exit-code.ts';
import { hasAdminTls } from '../tls/admin-tls.ts';
import type { AdminServer, AdminServerParts } from './admin-server.ts';

export class AdminService {
  readonly #parts: AdminServerParts;
  #server: AdminServer | null = null;
  #isClosed = false;

  constructor(parts: AdminServerParts) {
    this.#parts = parts;
  }

  /** Where it listens; 0 where it does not. */
  get port(): number {
    return this.#server?.port ?? 0;
  }

  /** Throws StartupError when it cannot listen. */
  async start(): Promise<void> {
    const { config, tls = null } = this.#parts;
    const { isEnabled, address, port } = config.admin;
    if (!isEnabled) return;
    assert(tls !== null || !hasAdminTls(config.admin), 'the TLS of the AdminServer was not loaded');
    const { AdminServer } = await import('./admin-server.ts');
    if (this.#isClosed) return;
    this.#server = new AdminServer(this.#parts);
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
