import type { CustomResourceDefinition, CustomResourceDefinitionNames } from '../gen/types.ts';
import type { KubeObject } from '../object.ts';

/**
 * Fills in what a real server fills in: the names that follow from `kind`, and conversion None. The object itself comes
 * back when there is nothing to do. The status is the business of whoever stores it.
 */
export function defaultCustomResourceDefinition(object: KubeObject): CustomResourceDefinition {
  const definition = object as CustomResourceDefinition;
  const { spec = {} } = definition;
  const names = defaultNames(spec.names ?? {});
  const { conversion } = spec;
  if (names === spec.names && conversion !== undefined) return definition;
  return { ...definition, spec: { ...spec, names, conversion: conversion ?? { strategy: 'None' } } };
}

function defaultNames(names: CustomResourceDefinitionNames): CustomResourceDefinitionNames {
  const { kind = '', singular = '', listKind = '' } = names;
  if (kind === '' || (singular !== '' && listKind !== '')) return names;
  return { ...names, singular: singular || kind.toLowerCase(), listKind: listKind || `${kind}List` };
}

/** `status.storedVersions` once this spec is stored: all that were there, and the storage version. */
export function storedVersionsOf({ spec, status }: CustomResourceDefinition): readonly string[] {
  const known = status?.storedVersions ?? [];
  const storage = spec?.versions?.find((version) => version.storage === true)?.name;
  return storage === undefined || known.includes(storage) ? known : [...known, storage];
}
