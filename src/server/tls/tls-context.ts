/**
 * TlsContext: what a server shows and whom it trusts on its ports of one kind, for clients or for
 * other servers (ZooKeeper's X509Util). Everybody who accepts or dials gets it from here, so that
 * changed files reach all of them: who is connected stays, who comes later gets the new ones. A file
 * that cannot be used changes nothing, and the log says why.
 */
import type { X509Certificate } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { SecureSocket } from '../../io/net/tcp-dial.ts';
import { TlsAcceptor } from '../../io/net/tls-acceptor.ts';
import type { TlsPrefix, TlsSettings } from '../config/settings/tls-settings.ts';
import type { Logger } from '../logging/logger.ts';
import { checkClientHost, secureSocketTo } from './host-verification.ts';
import { storePaths } from './store-file.ts';
import { readTlsOptions, type TlsOptions } from './tls-options.ts';

/** Writers may write a file in pieces; key and certificate may be two files. */
const SETTLE_MS = 200;

export interface TlsContextParts {
  readonly settings: TlsSettings;
  readonly prefix: TlsPrefix;
  readonly logger: Logger;
}

export interface AcceptorOptions {
  readonly handshakeTimeoutMs: number;
  readonly handshakesMax: number;
  /** For one too many the oldest is cut off, not the new one refused. */
  readonly isOldestDropped?: boolean;
  /** Plain connections are welcome, too. */
  readonly isUnified: boolean;
  /** By which those who connect are known, besides their addresses. */
  hosts?(): Iterable<string>;
}

export class TlsContext {
  readonly #parts: TlsContextParts;
  readonly #acceptors: TlsAcceptor[] = [];
  readonly #watchers: FSWatcher[] = [];
  #options: TlsOptions;
  #secureContext: SecureContext;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  /** Rejects with ConfigError. */
  static async load(parts: TlsContextParts): Promise<TlsContext> {
    return new TlsContext(parts, await readOptions(parts));
  }

  private constructor(parts: TlsContextParts, options: TlsOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#secureContext = createSecureContext(options);
  }

  createAcceptor({ isUnified, hosts, ...limits }: AcceptorOptions): TlsAcceptor {
    const { settings } = this.#parts;
    const { allowReverseDnsLookup } = settings;
    const isHostChecked = settings.hostnameVerification && settings.clientHostnameVerification;
    const acceptor = new TlsAcceptor({
      ...limits,
      tls: this.#options,
      plainAfterMs: isUnified ? settings.handshakeDetectionTimeoutMs : null,
      ...(isHostChecked && {
        verify: (certificate: X509Certificate, address: string) =>
          checkClientHost(certificate, address, { allowReverseDnsLookup, hosts: hosts?.() ?? [] }),
      }),
    });
    this.#acceptors.push(acceptor);
    return acceptor;
  }

  readonly dial: SecureSocket = (connected, host) =>
    secureSocketTo(connected, host, {
      secureContext: this.#secureContext,
      isHostChecked: this.#parts.settings.hostnameVerification,
    });

  /** From now on changed files are taken without a restart. */
  watch(): void {
    const { settings, prefix, logger } = this.#parts;
    // The folders: a file that is replaced as a whole, or by way of a link, is another file.
    for (const folder of new Set(storePaths(settings).map(dirname))) {
      try {
        const watcher = watch(folder, { persistent: false }, () => this.#reloadSoon());
        watcher.on('error', (error) => this.#onUnwatched(folder, error));
        this.#watchers.push(watcher);
      } catch (error) {
        this.#onUnwatched(folder, error);
      }
    }
    logger.info('changed TLS files are taken without a restart', { settings: `${prefix}*` });
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
    for (const acceptor of this.#acceptors) acceptor.close();
  }

  #onUnwatched(folder: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#parts.logger.error('changed TLS files will not be noticed', { folder, reason });
  }

  #reloadSoon(): void {
    if (this.#isClosed || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#reload();
    }, SETTLE_MS);
    this.#timer.unref();
  }

  async #reload(): Promise<void> {
    const { logger, prefix } = this.#parts;
    try {
      const options = await readOptions(this.#parts);
      if (this.#isClosed || isSame(options, this.#options)) return;
      this.#secureContext = createSecureContext(options);
      for (const acceptor of this.#acceptors) acceptor.renew(options);
      this.#options = options;
      logger.info('TLS files were loaded again', { settings: `${prefix}*` });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      logger.error('changed TLS files cannot be used: the former ones stay', { reason });
    }
  }
}

function readOptions({ settings, prefix, logger }: TlsContextParts): Promise<TlsOptions> {
  return readTlsOptions(settings, prefix, (message) => logger.warn(message));
}

/** Other files in the folder change, too. */
function isSame(one: TlsOptions, other: TlsOptions): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
