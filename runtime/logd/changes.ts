/** Waits for something to happen in directories: with inotify where the kernel has room for another watch, else by looking now and then. */
import { watch, type FSWatcher } from 'node:fs';

export interface Changes extends Disposable {
  /** Resolves at the next change since the call before, at once when there was one; also when the signal fires. */
  next(): Promise<void>;
}

const pollMs = 250;

export function watchDirectories(directories: readonly string[], signal: AbortSignal | undefined): Changes {
  let changed = false;
  let wake: (() => void) | undefined;
  const notify = (): void => {
    changed = true;
    wake?.();
  };
  const watchers = directories.map((directory) => tryWatch(directory, notify));
  const timer = watchers.includes(undefined) ? setInterval(notify, pollMs) : undefined;
  signal?.addEventListener('abort', notify, { once: true });
  return {
    async next() {
      if (!changed && signal?.aborted !== true) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      wake = undefined;
      changed = false;
    },
    [Symbol.dispose]() {
      for (const watcher of watchers) watcher?.close();
      clearInterval(timer);
      signal?.removeEventListener('abort', notify);
    },
  };
}

function tryWatch(directory: string, notify: () => void): FSWatcher | undefined {
  try {
    return watch(directory, notify).on('error', notify);
  } catch {
    return undefined;
  }
}
