/** What is kept and removed in one turn goes to netd together. */
import type { KeptProbe, ProbesMessage } from './program/protocol.ts';
import { slicesOf } from './program/slices.ts';

export interface ProbeBatch {
  keep(probe: KeptProbe): void;
  drop(key: string): void;
  /** What waits is not sent any more. */
  stop(): void;
}

/** In slices that can be told one by one. */
export function* probesMessages(keep: readonly KeptProbe[], drop: readonly string[]): Generator<ProbesMessage> {
  for (const slice of slicesOf(drop)) {
    if (slice.rows.length > 0) yield { op: 'probes', keep: [], drop: slice.rows };
  }
  for (const slice of slicesOf(keep)) {
    if (slice.rows.length > 0) yield { op: 'probes', keep: slice.rows, drop: [] };
  }
}

export function createProbeBatch(send: (message: ProbesMessage) => void): ProbeBatch {
  const kept = new Map<string, KeptProbe>();
  const dropped = new Set<string>();
  let due = false;
  const flush = (): void => {
    due = false;
    if (kept.size === 0 && dropped.size === 0) return;
    const [keep, drop] = [[...kept.values()], [...dropped]];
    kept.clear();
    dropped.clear();
    for (const message of probesMessages(keep, drop)) send(message);
  };
  const later = (): void => {
    if (due) return;
    due = true;
    queueMicrotask(flush);
  };
  return {
    keep(probe) {
      kept.set(probe.key, probe);
      later();
    },
    drop(key) {
      kept.delete(key);
      dropped.add(key);
      later();
    },
    stop() {
      kept.clear();
      dropped.clear();
    },
  };
}
