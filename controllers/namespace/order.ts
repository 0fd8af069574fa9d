import { groupOf } from '../engine/keys.ts';
import type { ServedKind } from '../engine/served-kinds.ts';

/**
 * What makes objects goes before them. Things that others use go later than their users; kinds that are not named here (custom resources) go with the
 * users.
 */
const STAGES: Readonly<Record<string, number>> = {
  'tsmoby.dev/Sync': -1,
  'tsmoby.dev/Build': 1,
  'tsmoby.dev/Image': 1,
  'tsmoby.dev/Volume': 1,
  'tsmoby.dev/Network': 1,
  '/ConfigMap': 2,
  '/Secret': 2,
  'apps/ControllerRevision': 1,
  'coordination.k8s.io/Lease': 2,
  '/Event': 3,
};

/**
 * The order in which a namespace's content is deleted, kind to users: a Container stops while its volumes and secrets are
 * still there, and its Events can be read until the end. A stage begins when the one before is empty.
 */
export function deletionStages(kinds: readonly ServedKind[]): readonly (readonly ServedKind[])[] {
  const byStage = Map.groupBy(
    kinds.filter((kind) => kind.namespaced),
    (kind) => STAGES[`${groupOf(kind.apiVersion)}/${kind.kind}`] ?? 0,
  );
  return [...byStage].sort(([a], [b]) => a - b).map(([, stage]) => stage);
}
