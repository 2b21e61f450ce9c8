// The programs that a member of an ensemble can be.

import { type JavaVersion, javaProgram, javaServerAvailability } from '../java-server.ts';
import type { Availability } from '../packages.ts';
import type { ServerProgram } from '../running-server.ts';
import { zooidProgram, zooidServerAvailability } from '../zooid-server.ts';

export type MemberKind = 'java-3.8' | 'java-3.9' | 'zooid';

export interface ProgramOptions {
  readonly systemProperties: Record<string, string>;
  readonly jvmFlags: readonly string[];
  /** More of Debian's Java, 3.8. */
  readonly debianFlags?: readonly string[];
  /** Java 3.9 with what its AdminServer needs. */
  readonly hasAdminServer?: boolean;
  /** More of the environment of a Zooid server. */
  readonly zooidEnv?: Record<string, string>;
}

const javaVersions: Readonly<Record<Exclude<MemberKind, 'zooid'>, JavaVersion>> = {
  'java-3.8': '3.8',
  'java-3.9': '3.9',
};

export const programOf = async (
  kind: MemberKind,
  options: ProgramOptions,
): Promise<ServerProgram> => {
  const {
    systemProperties,
    jvmFlags,
    debianFlags = [],
    zooidEnv,
    hasAdminServer = false,
  } = options;
  if (kind === 'zooid') {
    return zooidProgram({ systemProperties, ...(zooidEnv === undefined ? {} : { env: zooidEnv }) });
  }
  return javaProgram({
    version: javaVersions[kind],
    systemProperties,
    jvmFlags: kind === 'java-3.8' ? [...jvmFlags, ...debianFlags] : jvmFlags,
    hasAdminServer,
  });
};

/** Whether all of these can be run here. */
export const kindsAvailability = async (kinds: readonly MemberKind[]): Promise<Availability> => {
  for (const kind of new Set(kinds)) {
    const found =
      kind === 'zooid'
        ? zooidServerAvailability()
        : await javaServerAvailability(javaVersions[kind]);
    if (!found.available) return found;
  }
  return { available: true, reason: '' };
};

/** `Java 3.8, Zooid, Java 3.9`: in the order of the ids. */
export const describeKinds = (kinds: readonly MemberKind[]): string =>
  kinds.map((kind) => (kind === 'zooid' ? 'Zooid' : `Java ${javaVersions[kind]}`)).join(', ');
