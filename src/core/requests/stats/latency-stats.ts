/** LatencyStats: least, most, sum and count of what was measured (ZooKeeper's AvgMinMaxCounter). */
export class LatencyStats {
  min = -1;
  max = 0;
  sum = 0;
  count = 0;

  record(ms: number): void {
    this.sum += ms;
    this.count++;
    if (ms > this.max) this.max = ms;
    if (this.min < 0 || ms < this.min) this.min = ms;
  }

  reset(): void {
    this.min = -1;
    this.max = 0;
    this.sum = 0;
    this.count = 0;
  }

  get average(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }
}
