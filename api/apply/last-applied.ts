/**
 * The way from client-side to server-side apply: what `kubectl apply` wrote into its annotation, server-side apply by the
 * manager `kubectl` may take without a conflict; and while the annotation is there it is kept true, so that the way back
 * stays open.
 */
import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { canonical } from '../../schemas/structural/identity.ts';
import { isObject, own, without } from '../../schemas/structural/own.ts';
import { decodeJson } from '../../schemas/text/json.ts';
import { TextError } from '../../schemas/text/text-error.ts';
import { compareObjects } from './compare.ts';
import { extractFields } from './extract.ts';
import { difference, emptySet, type FieldSet } from './field-set.ts';
import type { Place } from './shape.ts';
import { tracked } from './tracked.ts';

export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** The only manager that takes over from client-side apply. */
export const kubectlManager = 'kubectl';

/** Kubernetes' limit for all annotations together; a larger copy of the configuration is left out. */
const maxAnnotationBytes = 256 * 1024;

/**
 * The paths of the configuration in the annotation whose values still stand in the object: what somebody changed since is
 * not kubectl's any more. None where there is no readable annotation.
 */
export function lastAppliedFields(root: Place, live: JsonObject | undefined): FieldSet {
  const text = annotationOf(live);
  if (live === undefined || text === undefined) return emptySet;
  const configuration = decodeOrNothing(text);
  if (!isObject(configuration)) return emptySet;
  const said = tracked(extractFields(root, configuration));
  return difference(said, compareObjects(root, live, configuration).changed);
}

function decodeOrNothing(text: string): JsonValue | undefined {
  try {
    return decodeJson(text).value;
  } catch (cause) {
    if (cause instanceof TextError) return undefined;
    throw cause;
  }
}

/** The merged object with the annotation telling what has just been applied, if it has the annotation. */
export function refreshLastApplied(merged: JsonObject, applied: JsonObject): JsonObject {
  if (annotationOf(merged) === undefined) return merged;
  const text = `${canonical(withoutAnnotation(applied))}\n`;
  const metadata = own(merged, 'metadata') as JsonObject;
  const annotations = own(metadata, 'annotations') as JsonObject;
  if (annotations[lastAppliedAnnotation] === text) return merged;
  const fresh =
    Buffer.byteLength(text) > maxAnnotationBytes
      ? without(annotations, lastAppliedAnnotation)
      : { ...annotations, [lastAppliedAnnotation]: text };
  return { ...merged, metadata: { ...metadata, annotations: fresh } };
}

function annotationOf(object: JsonObject | undefined): string | undefined {
  const metadata = object && own(object, 'metadata');
  const annotations = isObject(metadata) ? own(metadata, 'annotations') : undefined;
  const text = isObject(annotations) ? own(annotations, lastAppliedAnnotation) : undefined;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

function withoutAnnotation(applied: JsonObject): JsonObject {
  const metadata = own(applied, 'metadata');
  if (!isObject(metadata)) return applied;
  const annotations = own(metadata, 'annotations');
  if (!isObject(annotations)) return applied;
  return { ...applied, metadata: { ...metadata, annotations: without(annotations, lastAppliedAnnotation) } };
}
