import type { Build } from '../../schemas/gen/types.ts';
import { fingerprint } from '../../schemas/values/fingerprint.ts';
import type { Base } from './bases.ts';
import type { ContextView, LookedAt } from './context-look.ts';
import { secretVersions, type Inputs } from './inputs.ts';

/** What named contexts that are objects of the namespace hold now, by name of the context. */
export type ObjectContexts = Readonly<Record<string, { readonly digest: string; readonly recordName: string }>>;

/** Everything that goes into a build, in parts, so that a change can be told. Digests and versions; no value of a secret. */
export interface KeyParts {
  readonly spec: string;
  readonly args: string;
  readonly secrets: string;
  readonly dockerfile: string;
  readonly context: string;
  readonly contexts: string;
  readonly bases: string;
}

export function keyParts(
  build: Build,
  inputs: Inputs,
  view: ContextView,
  objects: ObjectContexts,
  bases: readonly Base[],
): KeyParts {
  return {
    spec: fingerprint(specPart(build, inputs)),
    args: fingerprint(inputs.args),
    secrets: fingerprint(secretVersions(inputs)),
    dockerfile: fingerprint([view.definition.filename, view.definitionDigest]),
    context: fingerprint(view.main?.digest),
    contexts: fingerprint([digests(view.named), digests(view.layouts), digests(objects)]),
    bases: fingerprint(bases.map(({ reference, digest }) => [reference, digest])),
  };
}

/** The key of a build: another one is another build. The first number is of the way in which it is computed. */
export const buildKey = (parts: KeyParts): string => fingerprint([1, parts], 64);

/** Fields that say what is built, not how it is got or when. Whoever holds a base, and which builder it is, changes nothing. */
function specPart({ spec }: Build, { platforms, shmBytes }: Inputs): unknown {
  const { frontend, target, labels, network, hostAliases, ulimits, noCache, noCacheStages } = spec;
  const { attestations, entitlements, outputs, cache, ssh = [], contexts = [] } = spec;
  return {
    frontend,
    target,
    labels,
    network,
    hostAliases,
    ulimits,
    noCache,
    noCacheStages,
    attestations,
    entitlements,
    outputs,
    cache,
    platforms,
    shmBytes,
    ssh: ssh.map(({ id }) => id),
    // Their contents have digests of their own.
    contexts: contexts.map(({ name, reference }) => [name, reference]),
  };
}

const digests = (all: Readonly<Record<string, Pick<LookedAt, 'digest'>>>): unknown =>
  Object.fromEntries(Object.entries(all).map(([name, { digest }]) => [name, digest]));

const WORDS: Readonly<Record<keyof KeyParts, string>> = {
  spec: 'the spec',
  args: 'an argument',
  secrets: 'a secret',
  dockerfile: 'the Dockerfile',
  context: 'the context',
  contexts: 'a named context',
  bases: 'a base image',
};

/** `the context and a base image changed`. */
export function describeChange(before: KeyParts | undefined, now: KeyParts): string {
  if (before === undefined) return 'what goes in changed';
  const changed = (Object.keys(WORDS) as (keyof KeyParts)[]).filter((part) => before[part] !== now[part]);
  const words = changed.map((part) => WORDS[part]);
  if (words.length === 0) return 'what goes in changed';
  const last = words.at(-1) ?? '';
  return `${words.length === 1 ? last : `${words.slice(0, -1).join(', ')} and ${last}`} changed`;
}
