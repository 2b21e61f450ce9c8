/**
 * AuditLog: the record of what was done and by whom (`audit.enable=true`), in ZooKeeper's words: into
 * a file of its own, or into the server's log.
 */
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describeSessionId, type SessionId } from '../../base/session-id.ts';
import type { TxnResult } from '../../core/requests/server-database.ts';
import type { Audit, AuditedWrite } from '../../core/requests/writes/audit.ts';
import type { ServerConfig } from '../config/server-config.ts';
import { ExitCode, StartupError } from '../exit-code.ts';
import type { Logger } from '../logging/logger.ts';
import { formatTime } from '../logging/text-logger.ts';
import { type AuditEvent, auditEventsOf, formatAuditEvent } from './audit-event.ts';
import { AuditFile } from './audit-file.ts';

/** As Java's logging abbreviates the name of the class. */
const LOGGER_NAME = 'o.a.z.a.Slf4jAuditLogger';

/** Null when it is off. Throws StartupError when its file cannot be opened. */
export function createAuditLog(config: ServerConfig, logger: Logger): AuditLog | null {
  const { isEnabled, file, directory, className } = config.audit;
  if (!isEnabled) return null;
  if (className !== null && !className.endsWith('.Slf4jAuditLogger')) {
    logger.warn(`audit.impl.class=${className} has no effect: a Java class cannot be loaded here.`);
  }
  if (file === null) return new AuditLog(logger, null);
  const path = join(directory, file);
  try {
    return new AuditLog(logger, new AuditFile({ path, logger }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the audit log cannot be opened: ${reason}`;
    throw new StartupError(message, ExitCode.unexpectedError, error);
  }
}

export class AuditLog implements Audit {
  readonly #logger: Logger;
  readonly #file: AuditFile | null;
  readonly #serverUser: string;

  constructor(logger: Logger, file: AuditFile | null) {
    this.#logger = logger;
    this.#file = file;
    this.#serverUser = nameOfUser();
  }

  onWrite(write: AuditedWrite, result: TxnResult): void {
    for (const event of auditEventsOf(write, result)) this.#add(event);
  }

  onEphemeralDeleted(sessionId: SessionId, path: string, isDeleted: boolean): void {
    this.#add({
      session: describeSessionId(sessionId),
      user: this.#serverUser,
      operation: 'ephemeralZNodeDeletionOnSessionCloseOrExpire',
      znode: path,
      result: isDeleted ? 'success' : 'failure',
    });
  }

  onServerStarted(): void {
    this.#add({ user: this.#serverUser, operation: 'serverStart', result: 'success' });
  }

  onServerStopping(): void {
    this.#add({ user: this.#serverUser, operation: 'serverStop', result: 'invoked' });
  }

  /** Resolves when all is written. */
  async close(): Promise<void> {
    await this.#file?.close();
  }

  #add(event: AuditEvent): void {
    const isFailure = event.result === 'failure';
    if (this.#file === null) {
      // Compat: Java logs them as errors.
      return this.#logger[isFailure ? 'error' : 'info']('audit', { ...event });
    }
    const time = formatTime(Date.now());
    const level = isFailure ? 'ERROR' : 'INFO';
    this.#file.add(`${time} ${level} ${LOGGER_NAME}: ${formatAuditEvent(event)}\n`);
  }
}

/** A user without an entry in the system's list is known by its number alone. */
function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
