import type { Probes } from '../../runtime/ports/probes.ts';

/** Probes of a daemon without a program that asks: no answer ever comes, and hooks that ask fail with the reason. */
export function unaskedProbes(): Probes {
  const message = 'nothing on this machine asks probes';
  return {
    keep: () => ({ outcome: 'unknown', message }),
    remove: () => undefined,
    list: () => [],
    subscribe: () => ({ [Symbol.dispose]: () => undefined }),
    ask: async () => ({ success: false, message }),
  };
}
