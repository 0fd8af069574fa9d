import type { ContainerSpec, ControllerRevision } from '../../../schemas/gen/types.ts';
import { CommandError } from '../../errors.ts';
import type { Rolled } from '../rollout.ts';

/** What the controller wrote down of a Container. */
export interface RevisionData {
  readonly spec: ContainerSpec;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Manifest digest of the Build's result that it was made of. */
  readonly result?: string;
}

export const dataOf = ({ data }: ControllerRevision): RevisionData => data as unknown as RevisionData;

/** Revisions of a container, oldest first. Rejects when there are none. */
export async function revisionsOf({ session, object }: Rolled): Promise<readonly ControllerRevision[]> {
  const kind = { apiVersion: 'apps/v1', kind: 'ControllerRevision' };
  const { namespace = '', name, uid } = object.metadata;
  const { items } = await session.client.list<ControllerRevision>(kind, { namespace });
  const own = items.filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid));
  if (own.length === 0) throw new CommandError(`no rollout history found for container "${name}"`);
  return own.toSorted((a, b) => a.revision - b.revision);
}

/** Rejects when it is not there. */
export function findRevision(revisions: readonly ControllerRevision[], number: number): ControllerRevision {
  const found = revisions.find(({ revision }) => revision === number);
  if (found === undefined) throw new CommandError(`unable to find specified revision ${String(number)} in history`);
  return found;
}
