// Debian's class path of ZooKeeper lacks a part of netty, without which its Java speaks no TLS.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const JARS = '/usr/share/java';

/** Flags of java that add it; none where there is no such package. */
export const debianNetty = (): string[] => {
  if (!existsSync(JARS)) return [];
  const names = readdirSync(JARS).filter((name) => /^netty-[a-z-]+\.jar$/.test(name));
  const paths = names.filter((name) => !name.includes('-all')).map((name) => join(JARS, name));
  return paths.length === 0 ? [] : [`-Xbootclasspath/a:${paths.join(':')}`];
};
