import { isReason } from '../../../client/client.ts';
import type { Container } from '../../../schemas/gen/types.ts';
import type { JsonObject, ManagedFieldsEntry } from '../../../schemas/object.ts';
import { isObject } from '../../../schemas/structural/own.ts';
import { refOf } from '../../kinds/directory.ts';
import type { Rolled } from '../rollout.ts';

/** Who sets what the rollout commands set. */
export const ROLLOUT_MANAGER = 'tsmoby-rollout';

/** Others write status all the time; each such write is another version of the object. */
const ATTEMPTS = 10;

type Entries = readonly ManagedFieldsEntry[];

/**
 * Has whoever applies the object's file own what an undo wrote into the spec: the next apply of that file, the old one or a mended one, is
 * then no conflict. What nobody applies stays as it is, and so it does where others are always faster: the undo itself is done.
 */
export async function giveToApplier({ session, kind, object }: Rolled, undone: Container): Promise<void> {
  const applier = applierOf(object.metadata.managedFields ?? []);
  if (applier === undefined) return;
  const { namespace = '', name } = object.metadata;
  const ref = { ...refOf(kind), namespace, name };
  let found = undone;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { managedFields = [], resourceVersion } = found.metadata;
    const given = handOver(managedFields, applier);
    if (given === undefined) return;
    const patch = [
      { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
      { op: 'replace', path: '/metadata/managedFields', value: given },
    ];
    try {
      await session.client.patch(ref, patch, { type: 'json', fieldManager: ROLLOUT_MANAGER });
      return;
    } catch (error) {
      if (!isReason(error, 'Conflict')) throw error;
      found = await session.client.get<Container>(ref);
    }
  }
}

/** Of several that apply parts of the spec, the one that says which image. */
function applierOf(entries: Entries): ManagedFieldsEntry | undefined {
  const all = entries.filter((entry) => entry.operation === 'Apply' && !entry.subresource && specOf(entry));
  return all.find((entry) => ['f:image', 'f:imageFrom'].some((field) => field in (specOf(entry) ?? {}))) ?? all[0];
}

const specOf = ({ fieldsV1 }: ManagedFieldsEntry): JsonObject | undefined =>
  isObject(fieldsV1['f:spec']) ? fieldsV1['f:spec'] : undefined;

/** The entries with our fields of the spec in the applier's; undefined when we have none. */
function handOver(entries: Entries, applier: ManagedFieldsEntry): Entries | undefined {
  const isSame = (
    entry: ManagedFieldsEntry,
    { manager, operation }: Pick<ManagedFieldsEntry, 'manager' | 'operation'>,
  ) => entry.manager === manager && entry.operation === operation && !entry.subresource;
  const ours = entries.find((entry) => isSame(entry, { manager: ROLLOUT_MANAGER, operation: 'Update' }));
  const spec = ours && specOf(ours);
  if (ours === undefined || spec === undefined) return undefined;
  const { 'f:spec': _, ...rest } = ours.fieldsV1;
  const own = entries.find((entry) => isSame(entry, applier)) ?? { ...applier, fieldsV1: {} };
  return [
    ...entries.filter((entry) => entry !== ours && !isSame(entry, applier)),
    { ...own, fieldsV1: union(own.fieldsV1, { 'f:spec': spec }) },
    ...(Object.keys(rest).length > 0 ? [{ ...ours, fieldsV1: rest }] : []),
  ];
}

/** Sets of fields as managedFields write them: every name is a field or an item, and holds what is within. */
function union(one: JsonObject, other: JsonObject): JsonObject {
  const within = Object.entries(other).map(([name, fields]) => {
    const mine = one[name];
    return [name, isObject(mine) && isObject(fields) ? union(mine, fields) : fields] as const;
  });
  return { ...one, ...Object.fromEntries(within) };
}
