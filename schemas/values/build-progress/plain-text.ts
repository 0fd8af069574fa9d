import type { ProgressEntry } from './entry.ts';
import { PlainProgress, type PlainOptions } from './plain.ts';

export interface PlainTextOptions extends PlainOptions {
  /** Calls back once after a delay, unless it is disposed of. */
  readonly after: (delayMs: number, wake: () => void) => Disposable;
}

/** Others have the word when the one that has it is silent for so long. */
const SILENCE_MS = 1000;

/** Entries of a log as text, as they come. */
export async function* plainText(
  entries: AsyncIterable<ProgressEntry>,
  { after, ...options }: PlainTextOptions,
): AsyncGenerator<string> {
  const progress = new PlainProgress(options);
  const iterator = entries[Symbol.asyncIterator]();
  try {
    for (let next = iterator.next(); ;) {
      const result = await unlessSilent(next, after);
      if (result?.done === true) break;
      const text = result === undefined ? progress.tick() : progress.push(result.value);
      if (text !== '') yield text;
      if (result !== undefined) next = iterator.next();
    }
    // a log that was left in the middle
    const rest = progress.tick();
    if (rest !== '') yield rest;
  } finally {
    await iterator.return?.();
  }
}

/** Undefined when it takes too long. */
async function unlessSilent<T>(work: Promise<T>, after: PlainTextOptions['after']): Promise<T | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
  using _timer = after(SILENCE_MS, () => resolve(undefined));
  work.then(resolve, reject);
  return await promise;
}
