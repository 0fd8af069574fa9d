import type { Probes } from '../../runtime/ports/probes.ts';
import type { EventSource } from '../engine/contract.ts';
import type { Hooks } from './hooks.ts';
import { ownerOf } from './instances.ts';
import { keysOf } from './runtime-source.ts';

/** Changed probes and hooks that have ended wake the Container they are of. */
export function healthSource(probes: Probes, hooks: Hooks): EventSource {
  return {
    start(enqueue, reader) {
      const wake = (uid: string): void => keysOf(reader, uid).forEach(enqueue);
      hooks.onEnd(wake);
      const subscription = probes.subscribe((key) => wake(ownerOf(key)));
      return {
        [Symbol.dispose]() {
          subscription[Symbol.dispose]();
          hooks[Symbol.dispose]();
        },
      };
    },
  };
}
