import type { Call } from '../command.ts';
import type { syncFlags } from '../sync.ts';

/** What `tsmoby sync WORD` does; arguments are those after the word. Resolves with the exit code. */
export type SyncAction = (call: Call<typeof syncFlags>) => Promise<number>;

const changes = async () => await import('./change.ts');

/** Each is loaded when it is called. */
const LOADERS: Readonly<Record<string, () => Promise<SyncAction>>> = {
  list: async () => (await import('./list.ts')).listSyncs,
  status: async () => (await import('./status.ts')).showStatus,
  diff: async () => (await import('./diff.ts')).diffSync,
  history: async () => (await import('./history.ts')).showHistory,
  reconcile: async () => (await changes()).reconcileSyncs,
  suspend: async () => (await changes()).suspendSyncs,
  resume: async () => (await changes()).resumeSyncs,
  approve: async () => (await changes()).approvePrune,
};

export const ACTIONS: readonly string[] = Object.keys(LOADERS);

export const actionNamed = (word: string): (() => Promise<SyncAction>) | undefined =>
  Object.hasOwn(LOADERS, word) ? LOADERS[word] : undefined;
