import type { Container, ContainerStatus } from '../../schemas/gen/types.ts';
import type { ReconcileContext } from '../engine/contract.ts';
import { findSource, resultsOf, type ImageSource } from './image-source.ts';
import { findRevision } from './rollout/begin.ts';
import { readData, revisionName, type Following } from './rollout/revision.ts';

type Context = Pick<ReconcileContext<ContainerStatus>, 'reader' | 'status'>;

/**
 * The Container with the result that its Build gives now, which is a part of its revision: another result is rolled out as another spec is. A Build that
 * gives nothing at present, or is not there, changes nothing: it is the result that is known to be in use.
 */
export function following(container: Container, context: Context): Following {
  const source = sourceOf(container, context);
  if (source?.kind !== 'Build' && container.spec.imageFrom?.kind !== 'Build') return container;
  const [present] = source?.kind === 'Build' && !isGoing(source) ? resultsOf(source.object) : [];
  const result = present?.manifestDigest ?? resultInUse(container, context);
  return result === undefined ? container : { ...container, result };
}

/** Whether the Build that a Container follows still holds the result that one of its revisions was of. */
export function isResultThere(container: Following, result: string, context: Context): boolean {
  const source = sourceOf(container, context);
  return source !== undefined && resultsOf(source.object).some(({ manifestDigest }) => manifestDigest === result);
}

const isGoing = ({ object }: ImageSource): boolean => object.metadata.deletionTimestamp !== undefined;

/** A reference that nobody can read is told of where it is looked up for use. */
function sourceOf(container: Container, { reader }: Context): ImageSource | undefined {
  try {
    return findSource(container, reader);
  } catch {
    return undefined;
  }
}

/** As far as what is in use is of the spec of now. */
function resultInUse(container: Container, context: Context): string | undefined {
  const { rollout, currentRevision } = context.status.current;
  return [rollout?.revision, currentRevision]
    .map((name) => {
      const revision = name === undefined ? undefined : findRevision(container, name, context);
      const result = revision && readData(revision).result;
      return result !== undefined && revisionName({ ...container, result }) === name ? result : undefined;
    })
    .find((result) => result !== undefined);
}
