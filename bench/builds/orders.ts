/** What the process that builds by our adapter is told, and what it answers. */
import type { BuilderEndpoint } from '../../runtime/ports/builders.ts';

export type Order =
  /** The directory that is the context, with a Dockerfile. */
  | { readonly type: 'build'; readonly endpoint: BuilderEndpoint; readonly path: string }
  /** Everything in the builder's cache that these find, whoever's it is. */
  | { readonly type: 'prune'; readonly endpoint: BuilderEndpoint; readonly filters: readonly string[] };

export type Answer = { readonly milliseconds: number } | { readonly failure: string };
