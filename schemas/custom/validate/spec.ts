import type { CustomResourceDefinitionSpec, CustomResourceDefinitionVersion } from '../../gen/types.ts';
import { forbidden, invalid, notSupported, required, type FieldIssue } from '../../structural/issue.ts';
import { checkDns1035Label, checkDnsSubdomain } from '../../values/names.ts';
import type { JsonSchemaProps } from '../json-schema.ts';
import { requireNames, validateNames } from './names.ts';
import { child, key } from './path.ts';
import { validateSchema } from './schema.ts';
import { validateSelectableFields } from './selectable-fields.ts';
import { validateColumn, validateDeprecation, validateSubresources } from './version.ts';
import { placesOf, type Placed } from './versions-in-common.ts';

/** Everything about the spec by itself, in the order of a real server. */
export function validateSpec(spec: CustomResourceDefinitionSpec): readonly FieldIssue[] {
  const { scope = '', versions = [], names = {} } = spec;
  return [
    ...validateGroup(spec.group ?? ''),
    ...oneOf('spec.scope', scope, ['Cluster', 'Namespaced']),
    ...versions.flatMap((version, index) =>
      schemaOf(version) === undefined ? [required(child(key('spec.versions', index), 'schema.openAPIV3Schema'))] : [],
    ),
    ...validateVersions(spec),
    ...versionsTogether(versions),
    ...requireNames(names, 'spec.names'),
    ...validateNames(names, 'spec.names'),
    ...sharedParts(spec),
    ...validateConversion(spec),
  ];
}

function validateGroup(group: string): readonly FieldIssue[] {
  const path = 'spec.group';
  if (group === '') return [required(path)];
  const problems = checkDnsSubdomain(group);
  if (problems.length > 0) return [invalid(path, group, problems.join(','))];
  return group.includes('.') ? [] : [invalid(path, group, 'should be a domain with at least one dot')];
}

function oneOf(path: string, value: string, accepted: readonly string[]): readonly FieldIssue[] {
  if (value === '') return [required(path)];
  return accepted.includes(value) ? [] : [notSupported(path, value, accepted)];
}

const schemaOf = ({ schema }: CustomResourceDefinitionVersion): JsonSchemaProps | undefined => schema?.openAPIV3Schema;

/** Version by version: what each has of its own. */
function validateVersions(spec: CustomResourceDefinitionSpec): readonly FieldIssue[] {
  const parts = (['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const).map(
    (part) => [part, placesOf(spec, part).own] as const,
  );
  return (spec.versions ?? []).flatMap((version, index) => {
    const path = key('spec.versions', index);
    const name = version.name ?? '';
    const problems = checkDns1035Label(name);
    return [
      ...(problems.length > 0 ? [invalid(child(path, 'name'), name, problems.join(','))] : []),
      ...validateDeprecation(version, path),
      ...parts.flatMap(([part, own]) => (own[index] === undefined ? [] : validators[part](own[index], spec))),
    ];
  });
}

function sharedParts(spec: CustomResourceDefinitionSpec): readonly FieldIssue[] {
  return (['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const).flatMap((part) => {
    const { shared } = placesOf(spec, part);
    return shared === undefined ? [] : validators[part](shared, spec, true);
  });
}

type Validator = (placed: Placed, spec: CustomResourceDefinitionSpec, shared?: boolean) => readonly FieldIssue[];

const hasStatus = ({ subresources }: CustomResourceDefinitionVersion): boolean => subresources?.status !== undefined;

const validators: Readonly<
  Record<'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields', Validator>
> = {
  schema({ path, version }, { versions = [] }, shared) {
    const schema = schemaOf(version);
    const status = shared === true ? versions.some(hasStatus) : hasStatus(version);
    return schema === undefined ? [] : validateSchema(schema, path, { hasStatus: status });
  },
  subresources: ({ path, version }) => validateSubresources(version.subresources, path),
  additionalPrinterColumns: ({ path, version }) =>
    (version.additionalPrinterColumns ?? []).flatMap((column, index) => validateColumn(column, key(path, index))),
  selectableFields: ({ path, version }) =>
    validateSelectableFields(version.selectableFields ?? [], schemaOf(version), path),
};

function versionsTogether(versions: readonly CustomResourceDefinitionVersion[]): readonly FieldIssue[] {
  const path = 'spec.versions';
  const shown = versions.map(({ name = '', served = false, storage = false }) => ({ name, served, storage }));
  const issues: FieldIssue[] = [];
  if (new Set(versions.map(({ name = '' }) => name)).size < versions.length) {
    issues.push(invalid(path, shown, 'must contain unique version names'));
  }
  if (versions.filter(({ storage }) => storage === true).length !== 1) {
    issues.push(invalid(path, shown, 'must have exactly one version marked as storage version'));
  }
  return issues;
}

function validateConversion({ conversion }: CustomResourceDefinitionSpec): readonly FieldIssue[] {
  if (conversion === undefined) return [];
  const path = 'spec.conversion';
  const { strategy = '', webhook } = conversion;
  if (strategy === 'Webhook') {
    const says = 'conversion webhooks are not supported here: use None, which changes nothing but apiVersion';
    return [invalid(child(path, 'strategy'), strategy, says)];
  }
  const issues = [...oneOf(child(path, 'strategy'), strategy, ['None', 'Webhook'])];
  const says = 'should not be set when strategy is not set to Webhook';
  if (webhook?.clientConfig !== undefined) issues.push(forbidden(child(path, 'webhookClientConfig'), says));
  if ((webhook?.conversionReviewVersions ?? []).length > 0) {
    issues.push(forbidden(child(path, 'conversionReviewVersions'), says));
  }
  return issues;
}
