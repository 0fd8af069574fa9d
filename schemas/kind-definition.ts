import type { KubeObject } from './object.ts';
import type { StructuralSchema } from './structural/schema.ts';

/** What stands in one cell of a Table. */
export type Cell = string | number | boolean | null;

/**
 * A column of `kubectl get`, as CustomResourceDefinition's additionalPrinterColumns.
 *
 * A Table begins with the column Name (type string, format name), which is not written here; a kind that wants it
 * elsewhere (Event) lists a column of format `name` itself.
 */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description?: string;
  /** 0 is always shown, 1 only with `-o wide`. */
  readonly priority?: number;
  readonly jsonPath: string;
  /**
   * Built-in kinds only: makes the finished cell where a path cannot say it (ConfigMap's Data is a count). Wins over
   * `jsonPath`, which then names the nearest field.
   */
  readonly compute?: (object: KubeObject) => Cell;
  /** The same for a cell that changes while the object stays as it is. `now` is in milliseconds since the epoch. */
  readonly computeAt?: (object: KubeObject, now: number) => Cell;
}

/** Simple JSON paths (`.spec.replicas`), as CustomResourceDefinition's `subresources.scale` has them. */
export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
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
  readonly subresources: readonly ('status' | 'scale')[];
  /** Where the numbers of the subresource `scale` stand; present exactly when `subresources` has it. */
  readonly scale?: ScalePaths;
  readonly columns: readonly PrinterColumn[];
  /** Field selector paths besides metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[];
  /** Selectable fields whose value does not stand at the path of their name (Event's `source`). */
  readonly computedFields?: Readonly<Record<string, (object: KubeObject) => string>>;
  /**
   * The kind whose objects these are, in another version or under another group (events.k8s.io/v1 Event: core/v1 Event); the
   * API server has the conversion. Absent: the kind has objects of its own.
   */
  readonly storedAs?: { readonly group: string; readonly plural: string };
  /**
   * With `storedAs`: a view of those objects, which can only be read here (core/v1 Pod of Containers). The text is what
   * somebody who tries to write is told.
   */
  readonly readOnly?: string;
  /**
   * Objects that a selector finds under other values too: it is also tried on `as` of an object's fields (Events of a Container
   * are those of its Pod view). `asked`: whether it means such values, by what it requires fields to equal.
   */
  readonly alsoSelectedAs?: {
    readonly asked: (required: (field: string) => string | undefined) => boolean;
    readonly as: (fields: Readonly<Record<string, string>>) => Readonly<Record<string, string>> | undefined;
  };
  /** A question that a POST answers: nothing is kept, and there is nothing else to do with it (reviews). */
  readonly unstored?: true;
  /** Kubernetes' own kinds: strategic merge patch, no generation, strategies in api/registry/strategies. */
  readonly builtin: boolean;
  /** Our kinds: put on every object at its creation, so that the first reconcile needs no write for it. */
  readonly finalizer?: string;
  /** `spec.nodeName` is claimed at creation where there is but one node. */
  readonly placed?: boolean;
  /** Custom kinds whose version is deprecated: what each request for it is told, as a warning. */
  readonly deprecation?: string;
  /** The whole object; `metadata` is only `{type: 'object'}` here and described by ObjectMeta's own schema. */
  readonly schema: StructuralSchema;
}
