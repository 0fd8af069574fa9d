/** Other objects of a Build's namespace that it is built from, and Builds anywhere that want the same tag. */
import type { Build, Image } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { cycleText, findCycle } from '../../schemas/values/cycle.ts';
import type { Reader } from '../engine/contract.ts';
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

/** Throws a stalled outcome for Builds that are built from each other in a circle. `references`: what its own bases are. */
export function checkCycle(build: Build, references: readonly string[], reader: Reader): void {
  const { namespace = '', name } = build.metadata;
  const followers = (from: string): readonly string[] => {
    const other = from === name ? build : reader.get<Build>(BUILD, namespace, from);
    if (other === undefined) return [];
    const bases = from === name ? references : (other.status?.bases ?? []).flatMap((base) => base.reference ?? []);
    const holders = bases.flatMap((value) =>
      reader
        .list<Build>(BUILD, { namespace, index: { name: 'reference', value } })
        .map(({ metadata }) => metadata.name),
    );
    const named = (other.spec.contexts ?? []).flatMap((context) => context.build?.name ?? []);
    return [...named, ...holders];
  };
  const cycle = findCycle(name, followers);
  if (cycle !== undefined)
    throw stalled(REASONS.DependencyCycle, `builds that are built from each other: ${cycleText(cycle)}`);
}

/** Throws a stalled outcome when an older Build pushes to the same reference. */
export function checkPushes(build: Build, reader: Reader): void {
  for (const written of pushedReferences(build)) {
    const value = fullReference(written, 'spec.outputs: push.reference');
    const others = reader.list<Build>(BUILD, { index: { name: 'push', value } });
    const older = others.find((other) => other.metadata.deletionTimestamp === undefined && isOlder(other, build));
    if (older === undefined) continue;
    const { namespace, name } = older.metadata;
    throw stalled(REASONS.ReferenceTaken, `Build ${namespace}/${name} pushes to ${value}, too, and was there first`);
  }
}

function isOlder(a: Build, b: Build): boolean {
  const [of, than] = [a.metadata, b.metadata];
  if (of.uid === than.uid) return false;
  if (of.creationTimestamp !== than.creationTimestamp) return of.creationTimestamp < than.creationTimestamp;
  return of.uid < than.uid;
}

/** Full references that it pushes to; for indexes. */
export const pushIndex = (build: Build): readonly string[] => fullReferences(pushedReferences(build));
