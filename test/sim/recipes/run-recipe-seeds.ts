/** `node --import tsx test/sim/recipes/run-recipe-seeds.ts <from> [count]`: a row of stories. */
import { runRecipeSeed } from './recipe-story.ts';

async function main(from: number, count: number): Promise<void> {
  let failed = 0;
  for (let seed = from; seed < from + count; seed++) {
    const { recipe, violations, counts } = await runRecipeSeed(seed);
    const { turns, txns, seconds, expired, stale } = counts;
    const [first] = violations;
    if (first === undefined && count > 10) continue;
    console.log(`${seed} ${recipe}: ${JSON.stringify({ turns, txns, seconds, expired, stale })}`);
    for (const { invariant, message } of violations) console.log(`  ${invariant}: ${message}`);
    failed += violations.length > 0 ? 1 : 0;
  }
  console.log(`${count} seeds; failed: ${failed}`);
  if (failed > 0) process.exitCode = 1;
}

const [from = 1, count = 1] = process.argv.slice(2).map(Number);
void main(from, count);
