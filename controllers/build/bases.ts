import type { Registry } from '../../runtime/ports/registry.ts';
import type { Build, BuildStatus, Image } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { parseImageReference } from '../../schemas/values/image-reference.ts';
import { credentialsFor } from '../../schemas/values/registry-credentials.ts';
import type { Outcome, Reader } from '../engine/contract.ts';
import { byAge } from '../engine/keys.ts';
import type { Inputs } from './inputs.ts';
import { BUILD, IMAGE } from './names.ts';
import { versionOf } from './references.ts';

type StatusBase = NonNullable<BuildStatus['bases']>[number];

/** A base image: held by an object of the namespace, or what a registry says of it. */
export interface Base {
  readonly reference: string;
  /** Undefined: nobody could tell yet; the builder finds out by itself. */
  readonly digest?: string;
  /** `Image/base`, `Build/base`; absent: a registry's. */
  readonly holder?: string;
  /** The holder's record in our store. */
  readonly recordName?: string;
}

/** What registries said: digests by reference, and why one said nothing. */
export interface BaseAnswers {
  readonly digests: Readonly<Record<string, string>>;
  readonly errors: Readonly<Record<string, string>>;
}

export type Held =
  | { readonly type: 'held'; readonly base: Base }
  | {
      readonly type: 'blocked';
      readonly holder: string;
      readonly outcome: Exclude<Outcome, { readonly type: 'settled' }>;
    }
  | { readonly type: 'elsewhere' };

/** Label of Images that nobody declared; part of the Image kind's interface. */
const IMPLICIT_LABEL = 'tsmoby.dev/implicit';

/**
 * Who of the namespace holds this reference. An image there is of one platform: a build for others asks a registry. A declared one that has no
 * content yet is waited for.
 */
export function heldBase(
  build: Build,
  reference: string,
  platforms: readonly string[],
  platform: string,
  reader: Reader,
): Held {
  if (build.spec.pullPolicy === 'Always' || platforms.some((wanted) => wanted !== platform))
    return { type: 'elsewhere' };
  const { namespace = '', uid } = build.metadata;
  const query = { namespace, index: { name: 'reference', value: reference } };
  const isThere = ({ metadata }: Build | Image): boolean =>
    metadata.deletionTimestamp === undefined && metadata.uid !== uid;
  const holders = [...reader.list<Image>(IMAGE, query), ...reader.list<Build>(BUILD, query)].filter(isThere);
  const ready = holders.filter((holder) => contentOf(holder, reference) !== undefined).toSorted(byAge)[0];
  if (ready !== undefined) return { type: 'held', base: { reference, ...contentOf(ready, reference) } };
  const declared = holders.filter(({ metadata }) => metadata.labels?.[IMPLICIT_LABEL] !== 'true').toSorted(byAge)[0];
  if (declared === undefined) return { type: 'elsewhere' };
  const isBuild = declared.kind === 'Build';
  const reason = isBuild ? REASONS.BuildNotReady : REASONS.ImageNotReady;
  const message = `${declared.kind} ${namespace}/${declared.metadata.name}, which has the reference ${reference}, has no content yet`;
  const holder = `${declared.kind}/${declared.metadata.name}`;
  return { type: 'blocked', holder, outcome: { type: 'waiting', reason, message } };
}

/** Content of this very reference: after a change of it an object has that of the former one for a while. */
function contentOf(holder: Build | Image, reference: string): Omit<Base, 'reference'> | undefined {
  const { digest, recordName, reference: of } = holder.status ?? {};
  if (digest === undefined || recordName === undefined || of !== reference) return undefined;
  return { digest, recordName, holder: `${holder.kind}/${holder.metadata.name}` };
}

/** A digest in a reference says it all. */
export const pinnedDigest = (reference: string): string | undefined => parseImageReference(reference).digest;

/** Digests that were found in former times, by reference. */
export const knownDigests = ({ bases = [] }: Partial<BuildStatus>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    bases.flatMap(({ reference, digest, source }): [string, string][] =>
      reference !== undefined && digest !== undefined && source === REGISTRY ? [[reference, digest]] : [],
    ),
  );

/** What status says of the source of a base that no object holds. */
export const REGISTRY = 'Registry';

/** The object that holds it, or will. */
export const holderOf = (held: Held): string | undefined =>
  held.type === 'held' ? held.base.holder : held.type === 'blocked' ? held.holder : undefined;

/** Asks the registries; never rejects, but when the signal aborts. */
export async function askRegistries(
  references: readonly string[],
  { spec }: Build,
  { pullSecrets }: Inputs,
  registry: Registry,
  signal: AbortSignal,
): Promise<BaseAnswers> {
  const digests: Record<string, string> = {};
  const errors: Record<string, string> = {};
  const ask = async (reference: string): Promise<void> => {
    try {
      const credentials = credentialsFor(reference, pullSecrets);
      const insecure = (spec.insecureRegistries ?? []).includes(parseImageReference(reference).domain);
      const target = { reference, insecure, ...(credentials === undefined ? {} : { credentials }) };
      digests[reference] = (await registry.resolve(target, signal)).digest;
    } catch (error) {
      signal.throwIfAborted();
      errors[reference] = error instanceof Error ? error.message : String(error);
    }
  };
  await Promise.all(references.map(ask));
  return { digests, errors };
}

/** What makes the registries be asked at once. */
export const baseQuestion = (references: readonly string[], { pullSecrets }: Inputs, request: string): unknown => [
  references,
  pullSecrets.map(versionOf),
  request,
];

export const shownBases = (bases: readonly Base[]): StatusBase[] =>
  bases.map(({ reference, digest, holder }) => ({
    reference,
    ...(digest === undefined ? {} : { digest }),
    source: holder ?? REGISTRY,
  }));
