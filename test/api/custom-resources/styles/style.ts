/** A kind as a project of Kubernetes' world writes it: its definition, and what is taken and refused. */
import type { JsonObject } from '../../../../schemas/object.ts';

export interface Style {
  /** What the kind is like. */
  readonly title: string;
  readonly definition: JsonObject;
  /** A whole object that is taken, without apiVersion, kind and name. */
  readonly good: JsonObject;
  /** What is filled in, as a merge of `good`. */
  readonly defaulted: JsonObject;
  /** Merge patches of `good` that are refused at creation, with what is said. */
  readonly refused: readonly (readonly [patch: JsonObject, says: RegExp])[];
  /** Merge patches of the stored object: refused with what is said, or taken. */
  readonly changes: readonly (readonly [patch: JsonObject, says?: RegExp])[];
  /** A status that a controller writes, and the row that kubectl then shows behind the name. */
  readonly status: JsonObject;
  readonly row: readonly (string | number | boolean | null)[];
}

export const text = (more: JsonObject = {}): JsonObject => ({ type: 'string', ...more });
export const list = (items: JsonObject, more: JsonObject = {}): JsonObject => ({ type: 'array', items, ...more });
export const fields = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  ...more,
});

/** meta/v1 Conditions as controller-gen writes them. */
export const conditions: JsonObject = list(
  fields(
    {
      lastTransitionTime: text({ format: 'date-time' }),
      message: text({ maxLength: 32768 }),
      observedGeneration: { type: 'integer', format: 'int64', minimum: 0 },
      reason: text({ minLength: 1, maxLength: 1024, pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$' }),
      status: text({ enum: ['True', 'False', 'Unknown'] }),
      type: text({ maxLength: 316 }),
    },
    { required: ['lastTransitionTime', 'message', 'reason', 'status', 'type'] },
  ),
  { maxItems: 8, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
);

export const ready = (status: string, reason: string): JsonObject => ({
  type: 'Ready',
  status,
  reason,
  message: 'it is so',
  lastTransitionTime: '2026-01-01T00:00:00Z',
  observedGeneration: 1,
});

export function definition(
  kind: string,
  spec: JsonObject,
  more: { readonly columns?: readonly JsonObject[]; readonly status?: JsonObject; readonly version?: JsonObject },
): JsonObject {
  const plural = `${kind.toLowerCase()}s`;
  const status = fields({ conditions, ...more.status });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.style.example.com` },
    spec: {
      group: 'style.example.com',
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: fields({ spec, status }, { required: ['spec'] }) },
          ...(more.columns === undefined ? {} : { additionalPrinterColumns: more.columns }),
          ...more.version,
        },
      ],
    },
  };
}
