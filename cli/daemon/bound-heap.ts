import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the heap's young generation at its present size, which is about 16 MB when the daemon has started. V8 would let it grow to 64 MB
 * in a burst and keep that for as long as the daemon then rests. V8 reads this flag each time it thinks of growing.
 */
export function boundYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
