/** Selectors as data, so that a reader can look for a requirement that an index answers before it matches one by one. */

/** One part of a label selector. `=` is In with one value, `!=` is NotIn with one value. */
export type LabelRequirement =
  | { readonly key: string; readonly operator: 'In' | 'NotIn'; readonly values: readonly string[] }
  | { readonly key: string; readonly operator: 'Exists' | 'DoesNotExist' }
  | { readonly key: string; readonly operator: 'Gt' | 'Lt'; readonly value: string };

/** All requirements must hold; none at all selects everything. */
export type LabelSelector = readonly LabelRequirement[];

/** One part of a field selector. A field that is not there has the value ''. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: 'Equals' | 'NotEquals';
  readonly value: string;
}

/** All requirements must hold; none at all selects everything. */
export type FieldSelector = readonly FieldRequirement[];

/** A selector that cannot be read; the message is the API server's own. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}
