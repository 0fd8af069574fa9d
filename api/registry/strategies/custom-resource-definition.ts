import { defaultCustomResourceDefinition, storedVersionsOf } from '../../../schemas/custom/default.ts';
import { unrecognizedFormats } from '../../../schemas/custom/unrecognized-formats.ts';
import { validateCustomResourceDefinition } from '../../../schemas/custom/validate.ts';
import type { CustomResourceDefinition } from '../../../schemas/gen/types.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { parseTime } from '../../../schemas/values/time.ts';
import { setCondition } from '../../custom-resources/conditions.ts';
import { CLEANUP_FINALIZER } from '../../custom-resources/finalizer.ts';
import { builtinStrategy, type Strategy } from './strategy.ts';

/** Whatever is asked to become of dependents: objects of the kind go first, and hold the definition. */
const OVERRULED: ReadonlySet<string> = new Set([CLEANUP_FINALIZER, 'orphan', 'foregroundDeletion']);

const PENDING = {
  type: 'Terminating',
  status: 'True',
  reason: 'InstanceDeletionPending',
  message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
} as const;

/**
 * apiextensions.k8s.io/v1 CustomResourceDefinition: its rules are in schemas/custom; what its status says of names and life is
 * the business of api/custom-resources/, which follows the stored definitions.
 */
export const customResourceDefinitionStrategy: Strategy = {
  ...builtinStrategy,
  allowUnconditionalUpdate: false,
  tracksGeneration: true,
  qualifiedFinalizers: false,
  deletionIsNoChange: true,
  prepareForCreate(object) {
    const status = { conditions: [], acceptedNames: { plural: '', kind: '' } };
    return withStoredVersions({ ...defaultCustomResourceDefinition(object), status });
  },
  prepareForUpdate: (next) => withStoredVersions(defaultCustomResourceDefinition(next)),
  prepareForDelete(object) {
    const crd = object as CustomResourceDefinition;
    const { finalizers = [], deletionTimestamp = '' } = crd.metadata;
    const held = [...finalizers.filter((one) => !OVERRULED.has(one)), CLEANUP_FINALIZER];
    const conditions = setCondition(crd.status?.conditions ?? [], PENDING, parseTime(deletionTimestamp) ?? 0);
    const marked: CustomResourceDefinition = {
      ...crd,
      metadata: { ...crd.metadata, finalizers: held },
      status: { ...crd.status, conditions },
    };
    return marked;
  },
  validate: validateCustomResourceDefinition,
  warnings: warningsOf,
};

/** Of formats that are new: nobody is told again and again of what is there. */
function warningsOf(next: KubeObject, current?: KubeObject): readonly string[] {
  const known = current === undefined ? undefined : unrecognizedFormats(current as CustomResourceDefinition);
  return [...unrecognizedFormats(next as CustomResourceDefinition)]
    .filter((format) => known?.has(format) !== true)
    .toSorted()
    .map((format) => `unrecognized format ${JSON.stringify(format)}`);
}

/** Every version that objects were ever stored in is told with the first write that makes it the storage version. */
function withStoredVersions(crd: CustomResourceDefinition): CustomResourceDefinition {
  const storedVersions = storedVersionsOf(crd);
  return storedVersions === crd.status?.storedVersions ? crd : { ...crd, status: { ...crd.status, storedVersions } };
}
