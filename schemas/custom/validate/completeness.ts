import { required, type FieldIssue } from '../../structural/issue.ts';
import { itemsOf, propertiesOf, propertyOf, type JsonSchemaProps } from '../json-schema.ts';
import { child, key, property } from './path.ts';

/** Two places at once: in the structure, and in the branch that speaks of it. */
interface Places {
  readonly structure: string;
  readonly branch: string;
}

/** Every field that a branch of allOf, anyOf, oneOf or not speaks of must stand in the structure around it. */
export function completeness(root: JsonSchemaProps, path: string, issues: FieldIssue[]): void {
  junctions(root, root, { structure: path, branch: path }, issues);
}

function junctions(
  branch: JsonSchemaProps,
  structure: JsonSchemaProps | undefined,
  at: Places,
  issues: FieldIssue[],
): void {
  const { not, allOf = [], anyOf = [], oneOf = [] } = branch;
  const inside = (one: JsonSchemaProps, place: string): void => {
    speaksOf(one, structure, { ...at, branch: place }, issues);
  };
  if (not) inside(not, child(at.branch, 'not'));
  for (const [name, branches] of Object.entries({ allOf, anyOf, oneOf })) {
    branches.forEach((one, index) => {
      inside(one, key(child(at.branch, name), index));
    });
  }
}

function speaksOf(
  branch: JsonSchemaProps,
  structure: JsonSchemaProps | undefined,
  at: Places,
  issues: FieldIssue[],
): void {
  if (structure === undefined) {
    issues.push(required(at.structure, `because it is defined in ${at.branch}`));
    return;
  }
  junctions(branch, structure, at, issues);
  const items = itemsOf(branch);
  if (items) {
    speaksOf(
      items,
      itemsOf(structure),
      { structure: child(at.structure, 'items'), branch: child(at.branch, 'items') },
      issues,
    );
  }
  for (const [name, one] of propertiesOf(branch)) {
    speaksOf(
      one,
      propertyOf(structure, name),
      { structure: property(at.structure, name), branch: property(at.branch, name) },
      issues,
    );
  }
}
