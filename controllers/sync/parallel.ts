/** Calls that are under way at once. */
const WIDTH = 8;

/** Works on all items, eight at a time, in their order. The first rejection ends it, when what is under way has ended. */
export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let at = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[at]; at < items.length; item = items[at]) {
      at += 1;
      try {
        await work(item as T);
      } catch (error) {
        at = items.length;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(WIDTH, items.length) }, worker));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}
