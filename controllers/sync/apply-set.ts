/** What a Sync says as the parent of an ApplySet (KEP-3659), so that kubectl finds and prunes its members, too. */
import type { Sync } from '../../schemas/gen/types.ts';
import type { ObjectMeta } from '../../schemas/object.ts';
import { parentAnnotations, type Extent } from '../../schemas/values/apply-set/extent.ts';
import { ID_LABEL } from '../../schemas/values/apply-set/marks.ts';
import { applySetId } from './names.ts';

/** The merge patch that makes the Sync say this; undefined when it does already. */
export function parentPatch(sync: Sync, extent: Extent): unknown {
  const { labels = {}, annotations = {}, namespace = '' }: Partial<ObjectMeta> = sync.metadata;
  const wanted = parentAnnotations(extent, namespace);
  const id = applySetId(sync);
  const isSo = Object.entries(wanted).every(([name, value]) => (annotations[name] ?? null) === value);
  if (isSo && labels[ID_LABEL] === id) return undefined;
  return { metadata: { labels: { [ID_LABEL]: id }, annotations: wanted } };
}
