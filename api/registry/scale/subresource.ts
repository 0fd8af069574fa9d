/** The subresource `scale`: an object's number of replicas as autoscaling/v1 Scale, to read and to write. */
import { objectMeta } from '../../../schemas/definitions/object-meta.ts';
import { scale as scaleDefinition } from '../../../schemas/definitions/scale.ts';
import type { ScalePaths } from '../../../schemas/kind-definition.ts';
import { apiVersionOf } from '../../../schemas/kinds.ts';
import type { JsonObject, KubeObject, ObjectMeta } from '../../../schemas/object.ts';
import { compileStructural, type Structural } from '../../../schemas/structural/structural.ts';
import type { ObjectValue } from '../../pipeline/response.ts';
import { badRequest, internal, notFound } from '../../status-error.ts';
import { deepFreeze } from '../../watch-cache/freeze.ts';
import type { KindStore } from '../kind-store.ts';
import { madeValue } from '../object-value.ts';
import { createUpdater } from '../object-writer.ts';
import type { Change, Getter, Patcher, Represented, ServedResource, Updater } from '../resource.ts';
import { fromScaleManagers, toScaleManagers } from './managers.ts';
import { stepsOf, valueAt, withValueAt } from './paths.ts';

/** autoscaling/v1 Scale. */
interface Scale extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number; readonly selector?: string };
}

/** Stands for "nobody has said how many": what no client sends, and nothing that is stored can be. */
const UNSET = -(2 ** 31);

/** Bodies and answers are Scales, whatever kind they are about. */
function scaleRepresentation(): ServedResource {
  let schema: Structural | undefined;
  return {
    definition: scaleDefinition,
    get schema() {
      return (schema ??= compileStructural(scaleDefinition.schema, { metadata: objectMeta }));
    },
    capabilities: {},
    subresources: new Map(),
  };
}

/** Of a kind with `scale` paths. `getter` reads its objects. */
export function scaleSubresource(
  kind: KindStore,
  getter: Getter,
  paths: ScalePaths,
): Getter & Updater & Patcher & Represented {
  const updater = createUpdater(kind, (next) => next);
  const asScale = (value: ObjectValue): ObjectValue => scaleValue(() => scaleOf(value.object(), paths));
  return {
    patchTypes: ['json', 'merge', 'apply'],
    represents: scaleRepresentation(),
    async get(context, name) {
      const value = await getter.get(context, name);
      if (valueAt(value.object(), paths.specReplicasPath) === undefined) {
        throw internal(
          `Internal error occurred: the spec replicas field ${JSON.stringify(paths.specReplicasPath)} does not exist`,
        );
      }
      return asScale(value);
    },
    async update(context, name, change, options) {
      const scaled = scaledBy(kind, paths, change, options.operation === 'Apply');
      const { value } = await updater.update(context, name, scaled, { ...options, kind: 'patch' });
      return { value: asScale(value), created: false };
    },
  };
}

/** A change of the Scale as a change of the object. Nothing else of the Scale is taken over but preconditions. */
function scaledBy(kind: KindStore, paths: ScalePaths, change: Change, applies: boolean): Change {
  const { definition, fieldSets: cache } = kind;
  const path = stepsOf(paths.specReplicasPath);
  return async (current) => {
    if (current === undefined) throw notFound(definition, '');
    const before = current as unknown as JsonObject;
    const shown = scaleOf(current, paths) as unknown as JsonObject;
    const scale = (applies ? toScaleManagers(shown, before, path, cache) : shown) as unknown as Scale;
    const asked = (await change(scale)) as Scale;
    if (asked === scale) return current;
    const replicas = asked.spec?.replicas ?? 0;
    if (replicas === UNSET) {
      throw badRequest(`the spec replicas field ${JSON.stringify(paths.specReplicasPath)} cannot be empty`);
    }
    const owned = applies
      ? fromScaleManagers(before, asked as unknown as JsonObject, { path, apiVersion: apiVersionOf(definition), cache })
      : before;
    const next = withValueAt(owned, path, replicas) as unknown as KubeObject;
    return { ...next, metadata: { ...next.metadata, ...preconditionsOf(asked.metadata) } };
  };
}

/** uid and resourceVersion that the client named; a write without them is worked out against whatever is there. */
function preconditionsOf({ uid, resourceVersion }: Partial<ObjectMeta>): Partial<ObjectMeta> {
  return {
    ...(uid === undefined || uid === '' ? {} : { uid }),
    resourceVersion: resourceVersion ?? '',
  };
}

function scaleOf(object: KubeObject, paths: ScalePaths): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = paths;
  const count = (path: string): number | undefined => {
    const value = valueAt(object, path);
    return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
  };
  const selector = labelSelectorPath === undefined ? undefined : valueAt(object, labelSelectorPath);
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp },
    spec: { replicas: count(specReplicasPath) ?? UNSET },
    status: {
      replicas: count(statusReplicasPath) ?? 0,
      ...(typeof selector === 'string' && selector !== '' ? { selector } : {}),
    },
  };
}

function scaleValue(make: () => Scale): ObjectValue {
  let made: Scale | undefined;
  return madeValue(() => (made ??= deepFreeze(make())));
}
