/** CreateMode: the flags of a create request (ZooKeeper's CreateMode). */
export const CreateMode = {
  persistent: 0,
  ephemeral: 1,
  persistentSequential: 2,
  ephemeralSequential: 3,
  container: 4,
  persistentWithTtl: 5,
  persistentSequentialWithTtl: 6,
} as const;

export interface CreateModeFacts {
  readonly isEphemeral: boolean;
  readonly isSequential: boolean;
  readonly isContainer: boolean;
  readonly isTtl: boolean;
}

const facts = (flags: string): CreateModeFacts => ({
  isEphemeral: flags.includes('e'),
  isSequential: flags.includes('s'),
  isContainer: flags.includes('c'),
  isTtl: flags.includes('t'),
});

const byFlags: readonly CreateModeFacts[] = ['', 'e', 's', 'es', 'c', 't', 'st'].map(facts);

/** Undefined for a number that is no mode. */
export function createModeFacts(flags: number): CreateModeFacts | undefined {
  return byFlags[flags];
}
