import { additionalOf, propertiesOf, propertyOf, type JsonSchemaProps } from '../json-schema.ts';

/** Where a path leads: the fields on the way, and the schema there. */
export interface FieldTarget {
  readonly fields: readonly string[];
  readonly schema: JsonSchemaProps | undefined;
}

const step = /\.([^.[\]]*)|\[('(?:[^'\\]|\\.)*')\]|\[([^\]]*)/y;

/**
 * Follows `.spec.color` or `.labels['a.b']` into a schema: the part of JSON path that rules and selectable fields may use.
 * `problem` says what is wrong, in a real server's words.
 * @param brackets whether `['…']` is allowed
 */
export function resolveFieldPath(
  text: string,
  root: JsonSchemaProps,
  brackets: boolean,
): FieldTarget | { readonly problem: string } {
  const fields: string[] = [];
  let schema: JsonSchemaProps | undefined = root;
  let at = 0;
  while (at < text.length) {
    step.lastIndex = at;
    const found: RegExpExecArray | null = step.exec(text);
    if (found === null) return { problem: `expected [ or . but got: ${/^[^.[\]]*/.exec(text.slice(at))?.[0] ?? ''}` };
    at = step.lastIndex;
    const [, dotted, quoted, broken] = found;
    if (dotted === undefined && !brackets) return { problem: 'array notation is not allowed' };
    if (broken !== undefined) return { problem: `expected single quoted string but got ${broken}` };
    if (dotted === '' && at === text.length) return { problem: 'unexpected end of JSON path' };
    const name: string = dotted ?? unquote(quoted ?? '');
    const next: JsonSchemaProps | undefined = schema && memberSchema(schema, name);
    if (next === undefined) return { problem: 'does not refer to a valid field' };
    fields.push(name);
    schema = next;
  }
  return { fields, schema };
}

function memberSchema(schema: JsonSchemaProps, name: string): JsonSchemaProps | undefined {
  if (propertiesOf(schema).length > 0) return propertyOf(schema, name);
  return additionalOf(schema);
}

const unquote = (quoted: string): string => quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1');
