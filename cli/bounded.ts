/** Requests under way at once, unless somebody says otherwise. */
export const AT_ONCE = 16;

/** Starts work for every item, so many at once, in order; each result comes as soon as it is there. */
export function startBounded<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): readonly Promise<R>[] {
  const deferred = items.map(() => Promise.withResolvers<R>());
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [at, item] of waiting) {
      const slot = deferred[at];
      await work(item).then(slot?.resolve, slot?.reject);
    }
  };
  // a rejection is for who awaits its own result
  for (const { promise } of deferred) promise.catch(() => undefined);
  for (let at = 0; at < Math.min(limit, items.length); at += 1) void worker();
  return deferred.map(({ promise }) => promise);
}
