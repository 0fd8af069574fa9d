/**
 * What is wrong with a CustomResourceDefinition, in the paths and words of a real server (apiextensions-apiserver 1.36). The
 * types of its fields are the business of the kind's own schema, and have been checked before.
 */
import type { CustomResourceDefinition, CustomResourceDefinitionSpec } from '../gen/types.ts';
import type { JsonValue, KubeObject } from '../object.ts';
import { equal } from '../structural/equal.ts';
import { invalid, type FieldIssue } from '../structural/issue.ts';
import { checkDnsSubdomain } from '../values/names.ts';
import { validateApproval } from './validate/approval.ts';
import { validateNames } from './validate/names.ts';
import { key } from './validate/path.ts';
import { validateSpec } from './validate/spec.ts';

/** Empty when all is well. With `current`, what may not change is compared, and an unchanged spec is let through. */
export function validateCustomResourceDefinition(next: KubeObject, current?: KubeObject): readonly FieldIssue[] {
  const crd = next as CustomResourceDefinition;
  const before = current as CustomResourceDefinition | undefined;
  const { spec = {}, status = {} } = crd;
  const sameSpec = before !== undefined && equal(spec as JsonValue, before.spec as JsonValue);
  return [
    ...(before === undefined ? validateName(crd) : []),
    ...(sameSpec ? [] : validateSpec(spec)),
    ...(before === undefined ? [] : validateFixed(spec, before)),
    ...validateNames(status.acceptedNames ?? {}, 'status.acceptedNames'),
    ...validateStoredVersions(crd),
    ...validateApproval(spec.group ?? '', next, current),
    ...(spec.preserveUnknownFields === true ? [preserves] : []),
  ];
}

const preserves = invalid(
  'spec.preserveUnknownFields',
  true,
  'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
);

function validateName({ metadata: { name }, spec }: CustomResourceDefinition): readonly FieldIssue[] {
  const wanted = `${spec?.names?.plural ?? ''}.${spec?.group ?? ''}`;
  // what is no name at all is told by the rules of all objects
  if (name === wanted || checkDnsSubdomain(name).length > 0) return [];
  return [invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group')];
}

/** What the stored objects hang on. Scope and kind are fixed once the names are established. */
function validateFixed(spec: CustomResourceDefinitionSpec, { spec: old = {}, status }: CustomResourceDefinition) {
  const established = status?.conditions?.some((one) => one.type === 'Established' && one.status === 'True') ?? false;
  const fixed: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ...(established
      ? ([
          ['spec.scope', spec.scope, old.scope],
          ['spec.names.kind', spec.names?.kind, old.names?.kind],
        ] as const)
      : []),
    ['spec.group', spec.group, old.group],
    ['spec.names.plural', spec.names?.plural, old.names?.plural],
  ];
  return fixed.flatMap(([path, value, former]) =>
    value === former ? [] : [invalid(path, value ?? '', 'field is immutable')],
  );
}

/** Objects may be stored in these versions: none may be forgotten while that is so. */
function validateStoredVersions({ spec, status }: CustomResourceDefinition): readonly FieldIssue[] {
  const path = 'status.storedVersions';
  const stored = status?.storedVersions ?? [];
  const versions = spec?.versions ?? [];
  if (stored.length === 0) return [invalid(path, null, 'must have at least one stored version')];
  const missing = versions
    .filter(({ storage, name = '' }) => storage === true && !stored.includes(name))
    .map(({ name = '' }) => invalid(path, stored, `must have the storage version ${name}`));
  const gone = stored.flatMap((name, index) =>
    versions.some((version) => version.name === name)
      ? []
      : [
          invalid(
            key(path, index),
            name,
            `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
          ),
        ],
  );
  return [...missing, ...gone];
}
