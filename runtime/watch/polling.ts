import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { walk } from '../files/walk.ts';

/** Times as long as a look itself that nobody looks: a twentieth of the time at most. */
const share = 20;

export interface PollOptions {
  readonly root: string;
  readonly patterns: readonly string[];
  readonly onChange: () => void;
  /** Milliseconds between two looks, at least. */
  readonly pause: number;
}

/** Asks again and again what is there; for where the kernel does not tell. */
export function poll({ root, patterns, onChange, pause }: PollOptions): Disposable {
  const stop = new AbortController();
  void (async () => {
    let before = await look(root, patterns, stop.signal);
    while (!stop.signal.aborted) {
      const begin = performance.now();
      const now = await look(root, patterns, stop.signal);
      if (now !== before && !stop.signal.aborted) onChange();
      before = now;
      const wait = Math.max(pause, (performance.now() - begin) * share);
      await delay(wait, undefined, { ref: false, signal: stop.signal }).catch(() => undefined);
    }
  })();
  return { [Symbol.dispose]: () => stop.abort() };
}

/** Times and sizes of everything; empty when nobody can look. */
async function look(root: string, patterns: readonly string[], signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const batch of walk(root, { exclude: patterns, signal })) {
      for (const { path, mode, size, mtimeNs, ctimeNs, inode } of batch) {
        hash.update(`${path}\0${mode} ${size} ${mtimeNs} ${ctimeNs} ${inode}\0`);
      }
    }
  } catch {
    return '';
  }
  return hash.digest('hex');
}
