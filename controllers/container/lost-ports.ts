import type { Publications } from '../../runtime/ports/publications.ts';
import type { EventSource } from '../engine/contract.ts';
import { keysOf } from './runtime-source.ts';

/** A port that somebody else took while netd was away wakes the Container that it led to: it says so, and tries again. */
export function lostPorts(publications: Pick<Publications, 'subscribe'>): EventSource {
  return {
    start: (enqueue, reader) => publications.subscribe((uid) => keysOf(reader, uid).forEach(enqueue)),
  };
}
