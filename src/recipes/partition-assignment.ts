/**
 * Which member works on which partition: the same answer for everybody who knows the same members.
 *
 * Rendezvous hashing with a bound: no member has more than the ceiling of the mean, and a member
 * that comes or goes moves few partitions.
 */
export function assignPartitions(
  partitions: readonly string[],
  members: readonly string[],
): Map<string, string> {
  const owners = new Map<string, string>();
  if (members.length === 0) return owners;
  const loadMax = Math.ceil(partitions.length / members.length);
  const loads = new Map(members.map((member) => [member, 0]));
  for (const partition of partitions.toSorted()) {
    const free = members.filter((member) => (loads.get(member) ?? 0) < loadMax);
    const owner = free.reduce((best, member) =>
      isBetter(member, best, partition) ? member : best,
    );
    owners.set(partition, owner);
    loads.set(owner, (loads.get(owner) ?? 0) + 1);
  }
  return owners;
}

function isBetter(member: string, best: string, partition: string): boolean {
  const [score, bestScore] = [hash(`${member}/${partition}`), hash(`${best}/${partition}`)];
  return score === bestScore ? member < best : score > bestScore;
}

/** FNV-1a with a final mixing, as its low bits alone favour similar names. 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
