/**
 * How ZooKeeper works, told by running it:
 *
 *   npm run learn                    what there is to see
 *   npm run learn -- <scenario> …    the annotated messages of the real servers, in virtual time
 *
 * docs/learn has the same texts between its explanations.
 */
import { scenarios } from '../src/sim/learn/scenarios.ts';

function main(names: readonly string[]): boolean {
  if (names.length === 0) {
    console.log('npm run learn -- <scenario>\n');
    const columns = Math.max(...scenarios.map(({ name }) => name.length));
    for (const { name, title } of scenarios) console.log(`  ${name.padEnd(columns)}  ${title}`);
    return true;
  }
  const unknown = names.filter((name) => !scenarios.some((each) => each.name === name));
  if (unknown.length > 0) {
    const known = scenarios.map(({ name }) => name).join(' ');
    console.error(`No such scenario: ${unknown.join(' ')}. There are: ${known}`);
    return false;
  }
  for (const { name, title, run } of scenarios.filter((each) => names.includes(each.name))) {
    console.log(`# ${name}: ${title}\n\n${run()}`);
  }
  return true;
}

if (!main(process.argv.slice(2))) process.exitCode = 2;
