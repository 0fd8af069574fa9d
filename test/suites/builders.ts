import type { BuildersHarness, Test } from './builders/harness.ts';
import { failures } from './builders/failures.ts';
import { outputs } from './builders/outputs.ts';
import { results } from './builders/results.ts';
import { settings } from './builders/settings.ts';
import { trouble } from './builders/trouble.ts';

export type { BuildersHarness } from './builders/harness.ts';

/** What every builder promises, wherever it is. The tests share one; the last ones kill it. */
export function buildersSuite(test: Test, name: string, harness: () => BuildersHarness): void {
  for (const part of [results, failures, outputs, settings, trouble]) part(test, name, harness);
}
