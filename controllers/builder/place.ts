import type { BuilderEndpoint } from '../../runtime/ports/builders.ts';

/** What runs a managed builder. */
export type Runner = 'buildkitd' | 'dockerd' | 'container';

/** Where a Builder is at present. */
export type Place =
  /** Somebody should answer there. `managed`: we run it. */
  | { readonly type: 'endpoint'; readonly endpoint: BuilderEndpoint; readonly managed?: Runner }
  /** We could run it, and nobody needs it. */
  | { readonly type: 'idle'; readonly managed: Runner }
  /** It is on its way; an event tells when it has come. */
  | { readonly type: 'starting'; readonly managed: Runner; readonly message: string }
  /** It did not come up; tried again then. */
  | {
      readonly type: 'failed';
      readonly managed: Runner;
      readonly message: string;
      readonly reason?: string;
      readonly retryMs?: number;
    };

const RUNNER_TEXTS = { buildkitd: 'buildkitd', dockerd: 'a dockerd of its own', container: 'buildkitd in a Container' };

/** For a person: what is done as soon as there is something to do. */
export const restText = (runner: Runner): string => `${RUNNER_TEXTS[runner]} is started when a Build needs it`;

export const managedType = (runner: Runner): string => `Managed (${runner})`;

/** What runs it by its status; undefined where we do not. */
export function runnerOfType(type: string | undefined): Runner | undefined {
  const name = /^Managed \((.+)\)$/.exec(type ?? '')?.[1];
  return name === 'buildkitd' || name === 'dockerd' || name === 'container' ? name : undefined;
}
