import { isReason } from '../../../client/client.ts';
import type { Container, ContainerStatus, ControllerRevision } from '../../../schemas/gen/types.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { revisionOwner, revisionsInUse } from '../../../schemas/values/container-revisions.ts';
import type { ReconcileContext, Reader } from '../../engine/contract.ts';
import { isUpToDate, REVISION, revisionName, revisionOf, type Following } from './revision.ts';

type Context = Pick<ReconcileContext<ContainerStatus>, 'client' | 'reader' | 'signal' | 'status'>;

const DEFAULT_HISTORY = 10;

/** Value of the index `owner` on ControllerRevisions: uid of the Container that controls it. */
export const revisionOwners = (revision: KubeObject): readonly string[] => {
  const owner = revisionOwner(revision);
  return owner === undefined ? [] : [owner.uid];
};

/** The revisions of a Container, oldest first. */
export function revisionsOf({ metadata }: Container, reader: Reader): readonly ControllerRevision[] {
  const query = { namespace: metadata.namespace ?? '', index: { name: 'owner', value: metadata.uid } };
  return reader.list<ControllerRevision>(REVISION, query).toSorted((a, b) => a.revision - b.revision);
}

/**
 * Has the spec of now written down as the newest revision. A spec that was wanted before gets the newest number again. No call when
 * that is so already. Resolves with the number.
 */
export async function recordRevision(container: Following, context: Context): Promise<number> {
  const all = revisionsOf(container, context.reader);
  const name = revisionName(container);
  const present = all.find(({ metadata }) => metadata.name === name);
  const waited = waitedAs(container, all, context.status.current);
  const others = all.filter((revision) => revision !== present && revision !== waited);
  const newest = others.at(-1)?.revision ?? 0;
  if (waited !== undefined) await remove(waited, context);
  const number = present !== undefined && present.revision > newest ? present.revision : newest + 1;
  await write(container, present, number, context);
  return number;
}

/**
 * The same spec from the time when its Build had no result yet. What ran as it had its image from elsewhere before a Build gave the reference, and may
 * be gone back to: that one stays.
 */
function waitedAs(
  { result, ...container }: Following,
  all: readonly ControllerRevision[],
  status: Context['status']['current'],
): ControllerRevision | undefined {
  const name = result === undefined ? undefined : revisionName(container);
  if (name === undefined || revisionsInUse(status).includes(name)) return undefined;
  return all.find(({ metadata }) => metadata.name === name);
}

async function write(
  container: Following,
  present: ControllerRevision | undefined,
  number: number,
  { client, signal }: Context,
): Promise<void> {
  const wanted = revisionOf(container, number);
  if (present !== undefined && isUpToDate(present, container)) {
    if (present.revision === number) return;
    await client.patch(refOf(present), { revision: number }, { type: 'merge', signal });
    return;
  }
  // What changed in place belongs to it too, and its data never changes.
  if (present !== undefined) await remove(present, { client, signal });
  try {
    await client.create<ControllerRevision>(wanted, { signal });
  } catch (error) {
    if (!isReason(error, 'AlreadyExists')) throw error;
  }
}

/** Forgets those beyond the limit, oldest first; none that something may still go back to. */
export async function forgetRevisions(container: Container, context: Context): Promise<void> {
  const { current } = context.status;
  const used = new Set([current.updateRevision, ...revisionsInUse(current)]);
  const old = revisionsOf(container, context.reader).filter(({ metadata }) => !used.has(metadata.name));
  const limit = container.spec.revisionHistoryLimit ?? DEFAULT_HISTORY;
  for (const revision of old.slice(0, Math.max(0, old.length - limit))) await remove(revision, context);
}

async function remove(revision: ControllerRevision, { client, signal }: Pick<Context, 'client' | 'signal'>) {
  const { uid } = revision.metadata;
  try {
    await client.delete(refOf(revision), { preconditions: { uid }, propagationPolicy: 'Background', signal });
  } catch (error) {
    if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
  }
}

const refOf = ({ metadata: { namespace = '', name } }: ControllerRevision) => ({ ...REVISION, namespace, name });
