import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the heap of a started daemon near what it needs. V8 reads both flags each time it thinks of growing. Measured with 200
 * containers made and deleted: 104 MB instead of 154, for 3 % more processor time in that burst.
 */
export function boundHeap(): void {
  // The young generation stays as it is, about 16 MB: a burst would make 64 of it, kept for as long as the daemon then rests.
  setFlagsFromString('--semi-space-growth-factor=1');
  // The old one is collected when it has grown by this part of what was alive in it, instead of doubling first.
  setFlagsFromString('--heap-growing-percent=30');
}
