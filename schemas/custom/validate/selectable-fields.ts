import type { CustomResourceDefinitionVersionSelectableField } from '../../gen/types.ts';
import { duplicate, invalid, required, tooMany, type FieldIssue } from '../../structural/issue.ts';
import type { JsonSchemaProps } from '../json-schema.ts';
import { resolveFieldPath } from './field-paths.ts';
import { child, key } from './path.ts';

/** The most fields that may be selectable; each costs memory for each object. */
const most = 8;

const selectableTypes = new Set(['string', 'boolean', 'integer']);

/** Fields that field selectors take: scalars outside of metadata, told once. */
export function validateSelectableFields(
  fields: readonly CustomResourceDefinitionVersionSelectableField[],
  schema: JsonSchemaProps | undefined,
  path: string,
): readonly FieldIssue[] {
  if (fields.length === 0) return [];
  if (schema === undefined) {
    return [invalid(path, '', 'may only be set when `version.schema.openAPIV3Schema` is not included')];
  }
  const issues: FieldIssue[] = [];
  const seen = new Set<string>();
  fields.forEach(({ jsonPath = '' }, index) => {
    const at = child(key(path, index), 'jsonPath');
    if (jsonPath === '') {
      issues.push(required(at));
      return;
    }
    const found = resolveFieldPath(jsonPath, schema, false);
    if ('problem' in found) {
      issues.push(invalid(at, jsonPath, `is an invalid path: ${found.problem}`));
      return;
    }
    if (found.fields[0] === 'metadata') issues.push(invalid(at, jsonPath, 'must not point to fields in metadata'));
    if (!selectableTypes.has(found.schema?.type ?? '')) {
      const says =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
      issues.push(invalid(at, jsonPath, says));
    }
    const name = found.fields.join('.');
    if (seen.has(name)) issues.push(duplicate(at, jsonPath));
    seen.add(name);
  });
  if (seen.size > most) issues.push(tooMany(path, seen.size, most));
  return issues;
}
