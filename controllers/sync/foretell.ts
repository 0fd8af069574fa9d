import type { Sync } from '../../schemas/gen/types.ts';
import type { PlanContext, Planned, PlannedStep } from '../engine/contract.ts';
import { changedFields, changedText } from '../engine/planning/changed-fields.ts';
import { SYNC } from './names.ts';

/** What would be done for a Sync. Its source is not fetched for the sake of a question: objects are told of once they are known. */
export function foretellSync(sync: Sync, { before }: PlanContext): Planned {
  const { deletionTimestamp, namespace, name } = sync.metadata;
  if (deletionTimestamp !== undefined) return deleted(sync);
  if (sync.spec.suspend === true)
    return { action: 'None', message: 'suspended: everything is left as it is', steps: [] };
  const present = before.get<Sync>(SYNC, namespace, name);
  const fields = changedText(changedFields(present, sync));
  if (present !== undefined && fields === '') {
    return { action: 'None', message: 'it is as it is to be', steps: [] };
  }
  const cause = present === undefined ? 'it is not there yet' : fields;
  const target = sourceOf(sync);
  const steps: readonly PlannedStep[] = [
    { type: 'Fetch', ...(target === undefined ? {} : { target }), cause },
    { type: 'Apply', cause: 'what the source says; which objects that are is known when it is fetched' },
  ];
  return present === undefined
    ? { action: 'Create', message: 'made: its source is fetched and applied', steps }
    : { action: 'Update', message: `fetched and applied again, because ${cause}`, steps };
}

/** Addresses may hold names and passwords of those who fetch: these are left out. */
function sourceOf({ spec: { source } }: Sync): string | undefined {
  const { directory, git, oci } = source;
  const place = directory?.path ?? git?.url ?? oci?.reference;
  return place?.replace(/^([a-z+]+:\/\/)[^/@]*@/, '$1');
}

function deleted({ spec, metadata }: Sync): Planned {
  const isOrphan = spec.deletionPolicy === 'Orphan';
  const cause = isOrphan ? 'deletionPolicy is Orphan' : 'the object is deleted';
  const message = isOrphan ? 'deleted: its objects stay, and belong to nobody' : 'deleted, and its objects with it';
  return { action: 'Delete', message, steps: [{ type: isOrphan ? 'Release' : 'Prune', target: metadata.name, cause }] };
}
