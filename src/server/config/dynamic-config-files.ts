/**
 * DynamicConfigFiles: keeps the files of the configuration in step with the ensemble. Whether a file
 * is there decides nothing: after a crash the log says what was proposed, and other servers what is
 * committed. So a file that cannot be written is a warning.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { parseConfigText } from '../../core/zab/members/config-text.ts';
import type { EnsembleConfig } from '../../core/zab/members/ensemble-config.ts';
import type { Logger } from '../logging/logger.ts';
import { dynamicFileName, dynamicFileText, NEXT_SUFFIX, staticFileText } from './dynamic-config.ts';

export interface DynamicConfigFilesParts {
  /** zoo.cfg; null where the configuration is in no file, and then nothing is written. */
  readonly configFile: string | null;
  readonly myid: number;
  readonly standaloneEnabled: boolean;
  readonly logger: Logger;
}

export class DynamicConfigFiles {
  readonly #parts: DynamicConfigFilesParts;

  constructor(parts: DynamicConfigFilesParts) {
    this.#parts = parts;
  }

  /** Before the list of servers leaves zoo.cfg for a file of its own. */
  backUp(): void {
    this.#write((configFile) => writeWhole(`${configFile}.bak`, readFileSync(configFile)));
  }

  /** What was proposed when the server stopped; null where there is nothing, or nothing readable. */
  readNext(): EnsembleConfig | null {
    const { configFile, standaloneEnabled, logger } = this.#parts;
    if (configFile === null) return null;
    const file = configFile + NEXT_SUFFIX;
    let text: string;
    try {
      text = readFileSync(file, 'latin1');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    const parsed = parseConfigText(text, { standaloneEnabled });
    if (parsed.ok) return parsed.config;
    logger.warn(`${file} is not used: ${parsed.reason}`);
    return null;
  }

  onSeen(config: EnsembleConfig): void {
    this.#write((configFile) => {
      writeWhole(configFile + NEXT_SUFFIX, dynamicFileText(config, { hasVersion: true }));
    });
  }

  /** `isLast`: nothing newer is proposed. */
  onActivated(config: EnsembleConfig, { isLast }: { readonly isLast: boolean }): void {
    this.#write((configFile) => {
      const written = dynamicFileName(configFile, config.version);
      writeWhole(written, dynamicFileText(config));
      const dynamicFile = realpathSync(written);
      const own = config.servers.get(this.#parts.myid);
      const text = staticFileText(readFileSync(configFile), {
        dynamicFile,
        erasesClientPort: (own?.clientAddress ?? null) !== null,
        erasesSecureClientPort: (own?.secureClientAddress ?? null) !== null,
      });
      writeWhole(configFile, Buffer.from(text, 'latin1'));
      if (isLast) rmSync(configFile + NEXT_SUFFIX, { force: true });
    });
  }

  #write(action: (configFile: string) => void): void {
    const { configFile, logger } = this.#parts;
    if (configFile === null) return;
    try {
      action(configFile);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn('the configuration of the ensemble cannot be written', { reason });
    }
  }
}

/** Whoever reads the file finds the old content or the new one, also after a crash. */
function writeWhole(file: string, content: string | Uint8Array): void {
  const temporary = `${file}.tmp`;
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
  const descriptor = openSync(temporary, 'w');
  try {
    let at = 0;
    while (at < bytes.length) at += writeSync(descriptor, bytes, at);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, file);
  const directory = openSync(path.dirname(file), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
