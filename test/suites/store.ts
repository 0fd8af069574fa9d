/**
 * What every Store promises (api/store/store.ts), as one suite. An implementation registers it with a factory that opens an
 * empty store; it must show every behaviour, in process or remote.
 */
import type { TestFn } from 'ava';
import { historyTests } from './store/history.ts';
import type { StoreFactory } from './store/harness.ts';
import { readTests } from './store/reads.ts';
import { watchTests } from './store/watches.ts';
import { writeTests } from './store/writes.ts';

export const storeTests = { ...writeTests, ...readTests, ...watchTests, ...historyTests };

export function storeSuite(test: TestFn, implementation: string, open: StoreFactory): void {
  for (const [title, behaviour] of Object.entries(storeTests)) {
    test(`${implementation}: ${title}`, async (t) => {
      await using store = await open(t);
      await behaviour(t, store);
    });
  }
}
