import type { ProbeTime } from './keep-asking.ts';

/** Longest delay of setTimeout, 24 days; longer ones would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

export const machineTime: ProbeTime = {
  now: Date.now,
  random: Math.random,
  after(delayMs, wake) {
    const timer = setTimeout(wake, Math.min(delayMs, LONGEST_MS));
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
