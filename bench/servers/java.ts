// The real Java server, with the heap that ZooKeeper's zkServer.sh gives it and otherwise the
// JVM's own choices. Neither JMX nor a logger is on, which flatters Java's start and memory a
// little; the admin server is off as well.

import {
  type JavaVersion,
  javaServerAvailability,
  javaServerVersion,
  startJavaServer,
} from '../../test/interop/java-server.ts';
import type { ContestantOrReason } from './contestant.ts';

export const DEFAULT_JVM_FLAGS = [
  '-XX:+HeapDumpOnOutOfMemoryError',
  '-XX:OnOutOfMemoryError=kill -9 %p',
  '-Xmx1000m',
];

export const javaContestant = async (version: JavaVersion): Promise<ContestantOrReason> => {
  const name = `java-${version}`;
  const availability = await javaServerAvailability(version);
  if (!availability.available) return { name, reason: availability.reason };
  return {
    name,
    version: `ZooKeeper ${await javaServerVersion(version)}`,
    start: (options) => startJavaServer({ version, jvmFlags: DEFAULT_JVM_FLAGS, ...options }),
  };
};
