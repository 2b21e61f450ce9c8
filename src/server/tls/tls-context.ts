/**
 * TlsContext: what a server shows and whom it trusts on its ports of one kind, for clients or for
 * other servers (ZooKeeper's X509Util). Everybody who accepts or dials gets it from here, so that
 * changed files reach all of them: who is connected stays, who comes later gets the new ones. A file
 * that cannot be used changes nothing, and the log says why.
 */
import type { X509Certificate } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
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

interface Loaded {
  readonly state: string;
  readonly options: TlsOptions;
}

export class TlsContext {
  readonly #parts: TlsContextParts;
  readonly #acceptors: TlsAcceptor[] = [];
  readonly #watchers: FSWatcher[] = [];
  #options: TlsOptions;
  /** Of the files when they were read: in their folders others may change all the time. */
  #state: string;
  #secureContext: SecureContext;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  /** Rejects with ConfigError. */
  static async load(parts: TlsContextParts): Promise<TlsContext> {
    const state = await stateOf(parts.settings);
    return new TlsContext(parts, { state, options: await readOptions(parts) });
  }

  private constructor(parts: TlsContextParts, { state, options }: Loaded) {
    this.#parts = parts;
    this.#options = options;
    this.#state = state;
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
    // What has changed since they were read.
    this.#reloadSoon();
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
    const { logger, prefix, settings } = this.#parts;
    const state = await stateOf(settings);
    if (state === this.#state) return;
    this.#state = state;
    try {
      const options = await readOptions(this.#parts);
      // It may take longer than the one after it, which has read newer files.
      if (this.#isClosed || this.#state !== state) return;
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

/** Differs when one of the files is another one, or was written. */
async function stateOf(settings: TlsSettings): Promise<string> {
  const states = storePaths(settings).map(async (path) => {
    try {
      const { ino, mtimeMs, size } = await stat(path);
      return `${ino} ${mtimeMs} ${size}`;
    } catch {
      // Why it is not there is told by whoever reads it.
      return 'none';
    }
  });
  return (await Promise.all(states)).join('\n');
}
