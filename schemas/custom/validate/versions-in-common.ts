/**
 * What all versions say alike counts once, and errors name it once: `spec.validation` in place of
 * `spec.versions[i].schema`. That is how a real server, whose inner form has the older fields, speaks of it.
 */
import type { CustomResourceDefinitionSpec, CustomResourceDefinitionVersion } from '../../gen/types.ts';
import type { JsonValue } from '../../object.ts';
import { equal } from '../../structural/equal.ts';
import { child, key } from './path.ts';

type Part = 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields';

const sharedNames: Readonly<Record<Part, string>> = {
  schema: 'validation',
  subresources: 'subresources',
  additionalPrinterColumns: 'additionalPrinterColumns',
  selectableFields: 'selectableFields',
};

/** One part of the versions, at the place where errors look for it. */
export interface Placed {
  readonly path: string;
  readonly version: CustomResourceDefinitionVersion;
}

/** Where a part stands: once for all versions when they agree, else once in each. */
export function placesOf(spec: CustomResourceDefinitionSpec, part: Part): { shared?: Placed; own: readonly Placed[] } {
  const { versions = [] } = spec;
  const [first, ...rest] = versions;
  if (first !== undefined && rest.every((other) => equal(other[part] as JsonValue, first[part] as JsonValue))) {
    return { shared: { path: child('spec', sharedNames[part]), version: first }, own: [] };
  }
  return {
    own: versions.map((version, index) => ({ path: child(key('spec.versions', index), part), version })),
  };
}
