/** How often an address may ask: one that asks too much is refused, and the others do not notice. */
export interface RateLimit {
  /** Takes one from what the address has; false when it has none. */
  take(address: string): boolean;
}

interface Bucket {
  left: number;
  at: number;
}

/** Beyond that, those that are full again are forgotten. */
const manyBuckets = 4096;

/** `now` in milliseconds. Nobody may save up more than a second's worth. */
export function createRateLimit(perSecond: number, now: () => number): RateLimit {
  const buckets = new Map<string, Bucket>();
  const fill = (bucket: Bucket, time: number): void => {
    bucket.left = Math.min(perSecond, bucket.left + ((time - bucket.at) / 1000) * perSecond);
    bucket.at = time;
  };
  const forget = (time: number): void => {
    for (const [address, bucket] of buckets) {
      fill(bucket, time);
      if (bucket.left >= perSecond) buckets.delete(address);
    }
  };
  return {
    take(address) {
      const time = now();
      let bucket = buckets.get(address);
      if (!bucket) {
        if (buckets.size >= manyBuckets) forget(time);
        bucket = { left: perSecond, at: time };
        buckets.set(address, bucket);
      }
      fill(bucket, time);
      if (bucket.left < 1) return false;
      bucket.left -= 1;
      return true;
    },
  };
}
