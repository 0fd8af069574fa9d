import { ageColumn } from '../definitions/columns.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionVersion,
  CustomResourceDefinitionVersionAdditionalPrinterColumn,
} from '../gen/types.ts';
import type { KindDefinition, PrinterColumn, ScalePaths } from '../kind-definition.ts';
import type { StructuralSchema } from '../structural/schema.ts';
import type { JsonSchemaProps } from './json-schema.ts';
import { compareVersions } from '../values/version-order.ts';
import { structuralSchemaOf } from './structural-schema.ts';

/** One version of a custom kind, as the API server serves it. */
export interface CustomKind {
  readonly definition: KindDefinition;
  readonly served: boolean;
  /** Objects are stored in this version. */
  readonly storage: boolean;
}

/**
 * The kinds that a valid CustomResourceDefinition stands for, one for each version, in its order.
 * @param names default: the names that were asked for
 */
export function kindDefinitionsOf(
  crd: CustomResourceDefinition,
  names: CustomResourceDefinitionNames = crd.spec?.names ?? {},
): readonly CustomKind[] {
  return (crd.spec?.versions ?? []).map((version) => ({
    definition: definitionOf(crd, version, names),
    served: version.served === true,
    storage: version.storage === true,
  }));
}

function definitionOf(
  { spec }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
  names: CustomResourceDefinitionNames,
): KindDefinition {
  const { kind = '', listKind, plural = '', singular, shortNames = [], categories = [] } = names;
  const { group = '', scope } = spec ?? {};
  const { status, scale } = version.subresources ?? {};
  const deprecation = deprecationOf(version, spec?.versions ?? [], (name) => `${group}/${name} ${kind}`);
  return {
    group,
    version: version.name ?? '',
    kind,
    listKind: listKind || `${kind}List`,
    plural,
    singular: singular || kind.toLowerCase(),
    shortNames,
    categories,
    scope: scope === 'Cluster' ? 'Cluster' : 'Namespaced',
    subresources: [...(status ? (['status'] as const) : []), ...(scale ? (['scale'] as const) : [])],
    ...(scale ? { scale: scale as ScalePaths } : {}),
    ...(deprecation === undefined ? {} : { deprecation }),
    builtin: false,
    selectableFields: (version.selectableFields ?? []).map(({ jsonPath = '' }) => jsonPath.replace(/^\./, '')),
    columns: columnsOf(version.additionalPrinterColumns ?? []),
    schema: rootSchema(version.schema?.openAPIV3Schema),
  };
}

/** What requests for a deprecated version are told. */
function deprecationOf(
  { name = '', deprecated = false, deprecationWarning }: CustomResourceDefinitionVersion,
  all: readonly CustomResourceDefinitionVersion[],
  show: (version: string) => string,
): string | undefined {
  if (!deprecated) return undefined;
  const better = all.flatMap((one) => (one.served === true && one.deprecated !== true ? [one.name ?? ''] : []));
  const [best] = better.filter((one) => compareVersions(one, name) < 0).sort(compareVersions);
  const advice = best === undefined ? '' : `; use ${show(best)}`;
  return deprecationWarning ?? `${show(name)} is deprecated${advice}`;
}

function columnsOf(
  columns: readonly CustomResourceDefinitionVersionAdditionalPrinterColumn[],
): readonly PrinterColumn[] {
  if (columns.length === 0) return [ageColumn];
  return columns.map(({ name = '', type, jsonPath = '', ...more }) => ({
    name,
    type: type as PrinterColumn['type'],
    jsonPath,
    ...more,
  }));
}

/** An object always has metadata, which ObjectMeta describes: the schema may only narrow its name. */
function rootSchema(schema: JsonSchemaProps = { 'x-kubernetes-preserve-unknown-fields': true }): StructuralSchema {
  const { properties, ...root } = structuralSchemaOf(schema);
  return { ...root, type: 'object', properties: { metadata: { type: 'object' }, ...properties } };
}
