/**
 * Summary: LatencyStats that also knows percentiles (ZooKeeper's AvgMinMaxPercentileCounter).
 *
 * Java keeps a sample of 4096 values and sorts it; here each value is counted in a bucket that is
 * at most a 32nd of it wide, which costs an addition, forgets nothing, and lets whoever keeps an
 * older copy of the buckets tell what happened since.
 */
import { LatencyStats } from './latency-stats.ts';

/** Values below this many thousandths have a bucket each. */
const EXACT = 64;
/** In thousandths: half an hour where the unit is a millisecond. */
const MAX = 0x7fffffff;
const BUCKET_COUNT = 864;

export class Summary extends LatencyStats {
  /** How many values fell where; others after a reset. */
  #buckets = new Uint32Array(BUCKET_COUNT);

  get buckets(): Readonly<Uint32Array> {
    return this.#buckets;
  }

  override record(value: number): void {
    super.record(value);
    const at = bucketOf(value);
    this.#buckets[at] = (this.#buckets[at] ?? 0) + 1;
  }

  override reset(): void {
    super.reset();
    this.#buckets = new Uint32Array(BUCKET_COUNT);
  }

  /** Since the start or the last reset; NaN when there was none. */
  quantile(share: number): number {
    // The middle of the last bucket may lie above all that is in it.
    return Math.min(quantileOf(this.#buckets, share), this.max);
  }
}

/** The value below which this share of what the buckets hold lies; NaN when they are empty. */
export function quantileOf(buckets: Readonly<Uint32Array>, share: number): number {
  let count = 0;
  for (const each of buckets) count += each;
  if (count === 0) return Number.NaN;
  const rank = Math.max(1, Math.ceil(share * count));
  let below = 0;
  const at = buckets.findIndex((each) => {
    below += each;
    return below >= rank;
  });
  return middleOf(at);
}

function bucketOf(value: number): number {
  const thousandths = value * 1000;
  if (!(thousandths > 0)) return 0;
  const whole = thousandths < MAX ? Math.floor(thousandths) : MAX;
  if (whole < EXACT) return whole;
  const shift = 26 - Math.clz32(whole);
  return shift * (EXACT / 2) + (whole >>> shift);
}

/** The middle of the bucket. */
function middleOf(at: number): number {
  if (at < EXACT) return at / 1000;
  const shift = Math.floor(at / (EXACT / 2)) - 1;
  const width = 2 ** shift;
  return ((at - shift * (EXACT / 2)) * width + width / 2) / 1000;
}
