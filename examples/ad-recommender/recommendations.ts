/**
 * The recommendations: for each user the ads that are most like those that the user has clicked on, by
 * whom else clicked on them. The clicks of a round are made up from its number, so that everybody can
 * check a result. It takes users × ads × ads multiplications, twice.
 */
const ADS = 100;
const GROUPS = 8;
const ADS_EACH = 3;
const CLICK_CHANCE = { ofOwnGroup: 0.5, ofOthers: 0.05 };

/** By user: the numbers of the ads, the best first. */
export type Recommendations = readonly (readonly number[])[];

export function recommend(round: number, users: number): Recommendations {
  const clicks = clicksOf(round, users);
  const likeness = likenessOfAds(clicks);
  return clicks.map((clicked) => {
    const scores = likeness.map((others, ad) =>
      clicked[ad] === 1 ? -1 : product(clicked, others),
    );
    const best = scores.map((_, ad) => ad).toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
    return best.slice(0, ADS_EACH);
  });
}

/** By user and ad: 1 for a click. A user likes the ads of one group. */
function clicksOf(round: number, users: number): Uint8Array[] {
  let seed = round;
  const chance = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  return Array.from({ length: users }, (_, user) =>
    Uint8Array.from({ length: ADS }, (_, ad) => {
      const isOwn = ad % GROUPS === user % GROUPS;
      return chance() < (isOwn ? CLICK_CHANCE.ofOwnGroup : CLICK_CHANCE.ofOthers) ? 1 : 0;
    }),
  );
}

/** By ad and ad: the cosine of who clicked on them. */
function likenessOfAds(clicks: readonly Uint8Array[]): Float64Array[] {
  const byAd = Array.from({ length: ADS }, (_, ad) => clicks.map((clicked) => clicked[ad] ?? 0));
  const lengths = byAd.map((ad) => Math.sqrt(product(ad, ad)) || 1);
  return byAd.map((one, at) =>
    Float64Array.from(byAd, (other, to) => {
      return product(one, other) / ((lengths[at] ?? 1) * (lengths[to] ?? 1));
    }),
  );
}

function product(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}
