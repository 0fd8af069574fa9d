/** Other objects of a Build's namespace that it is built from, and Builds anywhere that want the same tag. */
import type { Build, Image } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { cycleText, findCycle } from '../../schemas/values/cycle.ts';
import type { Reader } from '../engine/contract.ts';
import { byAge } from '../engine/keys.ts';
import type { ObjectContexts } from './key.ts';
import { BUILD, IMAGE } from './names.ts';
import { pushedReferences } from './outputs.ts';
import { fullReference, fullReferences, stalled, waiting } from './references.ts';

/** What the named contexts that are objects hold. Throws a waiting outcome that names the one without content. */
export function objectContexts({ metadata, spec }: Build, reader: Reader): ObjectContexts {
  const { namespace } = metadata;
  const found: Record<string, ObjectContexts[string]> = {};
  for (const { name, build, image } of spec.contexts ?? []) {
    const reference = build ?? image;
    if (reference === undefined) continue;
    const kind = build === undefined ? IMAGE : BUILD;
    const object = reader.get<Build | Image>(kind, namespace, reference.name);
    const what = `${kind.kind} ${namespace}/${reference.name}`;
    if (object === undefined)
      throw waiting(build ? REASONS.BuildNotFound : REASONS.ImageNotReady, `${what} is not there`);
    const { digest, recordName } = object.status ?? {};
    if (digest === undefined || recordName === undefined) {
      throw waiting(build ? REASONS.BuildNotReady : REASONS.ImageNotReady, `${what} has no content yet`);
    }
    found[name] = { digest, recordName };
  }
  return found;
}

/** Names of Builds and Images that its contexts name; for indexes. */
export const contextObjects = ({ spec }: Build): readonly string[] =>
  (spec.contexts ?? []).flatMap(({ build, image }) =>
    build !== undefined ? [`Build/${build.name}`] : image !== undefined ? [`Image/${image.name}`] : [],
  );

/** Throws a stalled outcome for Builds that are built from each other in a circle. `bases`: Builds that hold its own bases, by name. */
export function checkCycle(build: Build, bases: readonly string[], reader: Reader): void {
  const { namespace = '', name } = build.metadata;
  const followers = (from: string): readonly string[] => {
    const other = from === name ? build : reader.get<Build>(BUILD, namespace, from);
    if (other === undefined) return [];
    const named = (other.spec.contexts ?? []).flatMap((context) => context.build?.name ?? []);
    return [...named, ...(from === name ? bases : buildsThatHold(other, reader))];
  };
  const cycle = findCycle(name, followers);
  if (cycle !== undefined)
    throw stalled(REASONS.DependencyCycle, `builds that are built from each other: ${cycleText(cycle)}`);
}

/** Where its bases come from, as far as it knows itself; else from whoever has their references. */
function buildsThatHold({ metadata, spec, status }: Build, reader: Reader): readonly string[] {
  const { namespace = '', uid } = metadata;
  return (status?.bases ?? []).flatMap(({ reference: value = '', source }) => {
    if (source !== undefined) return buildOfHolder(source);
    if (spec.pullPolicy === 'Always') return [];
    const holders = reader.list<Build>(BUILD, { namespace, index: { name: 'reference', value } });
    return holders.flatMap((holder) => (holder.metadata.uid === uid ? [] : holder.metadata.name));
  });
}

/** `Build/base` is `base`; of others nothing. */
export const buildOfHolder = (holder: string | undefined): readonly string[] =>
  holder?.startsWith('Build/') === true ? [holder.slice('Build/'.length)] : [];

/**
 * Throws a stalled outcome when an older Build pushes to the same reference. Times have seconds: of two Builds of one second
 * the one that has begun to build is the older one.
 */
export function checkPushes(build: Build, reader: Reader): void {
  for (const written of pushedReferences(build)) {
    const value = fullReference(written, 'spec.outputs: push.reference');
    const others = reader.list<Build>(BUILD, { index: { name: 'push', value } });
    const older = others.find((other) => other.metadata.deletionTimestamp === undefined && isBefore(other, build));
    if (older === undefined) continue;
    const { namespace, name } = older.metadata;
    throw stalled(REASONS.ReferenceTaken, `Build ${namespace}/${name} pushes to ${value}, too, and was there first`);
  }
}

function isBefore(a: Build, b: Build): boolean {
  const alike = a.metadata.creationTimestamp === b.metadata.creationTimestamp;
  const [aBegan, bBegan] = [a, b].map(({ status }) => status?.lastBuild !== undefined);
  return alike && aBegan !== bBegan ? aBegan === true : byAge(a, b) < 0;
}

/** Full references that it pushes to; for indexes. */
export const pushIndex = (build: Build): readonly string[] => fullReferences(pushedReferences(build));
