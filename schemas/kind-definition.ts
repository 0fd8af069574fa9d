import type { StructuralSchema } from './structural/schema.ts';

/** A column of `kubectl get`, as CustomResourceDefinition's additionalPrinterColumns. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description?: string;
  /** 0 is always shown, 1 only with `-o wide`. */
  readonly priority?: number;
  readonly jsonPath: string;
}

/** One row of the table of kinds: everything the API server, the CLI and the generators know about it. */
export interface KindDefinition {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster';
  readonly subresources: readonly 'status'[];
  readonly columns: readonly PrinterColumn[];
  /** Field selector paths besides metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[];
  /** Kubernetes' own kinds: strategic merge patch, no generation, strategies in api/registry/strategies. */
  readonly builtin: boolean;
  /** Our kinds: put on every object at its creation, so that the first reconcile needs no write for it. */
  readonly finalizer?: string;
  /** `spec.nodeName` is claimed at creation where there is but one node. */
  readonly placed?: boolean;
  /** The whole object; `metadata` is only `{type: 'object'}` here and described by ObjectMeta's own schema. */
  readonly schema: StructuralSchema;
}
