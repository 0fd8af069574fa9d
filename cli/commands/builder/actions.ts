import type { Call } from '../command.ts';
import type { builderFlags } from '../builder.ts';

/** What `tsmoby builder WORD` does; arguments are those after the word. Resolves with the exit code. */
export type BuilderAction = (call: Call<typeof builderFlags>) => Promise<number>;

/** Each is loaded when it is called. Words are docker buildx's. */
const LOADERS: Readonly<Record<string, () => Promise<BuilderAction>>> = {
  ls: async () => (await import('./list.ts')).listBuilders,
  inspect: async () => (await import('./inspect.ts')).inspectBuilder,
  du: async () => (await import('./disk-usage.ts')).diskUsage,
  prune: async () => (await import('./prune.ts')).pruneCache,
  create: async () => (await import('./create.ts')).createBuilder,
  rm: async () => (await import('./remove.ts')).removeBuilders,
};

export const ACTIONS: readonly string[] = Object.keys(LOADERS);

export const actionNamed = (word: string): (() => Promise<BuilderAction>) | undefined =>
  Object.hasOwn(LOADERS, word) ? LOADERS[word] : undefined;
