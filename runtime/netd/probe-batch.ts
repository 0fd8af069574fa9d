/** What is kept and removed in one turn goes to netd in one message. */
import type { KeptProbe, ProbesMessage } from './program/protocol.ts';

export interface ProbeBatch {
  keep(probe: KeptProbe): void;
  drop(key: string): void;
  /** What waits is not sent any more. */
  stop(): void;
}

export function createProbeBatch(send: (message: ProbesMessage) => void): ProbeBatch {
  const kept = new Map<string, KeptProbe>();
  const dropped = new Set<string>();
  let due = false;
  const flush = (): void => {
    due = false;
    if (kept.size === 0 && dropped.size === 0) return;
    send({ op: 'probes', keep: [...kept.values()], drop: [...dropped] });
    kept.clear();
    dropped.clear();
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
