/**
 * JSONPath in kubectl's dialect: `-o jsonpath=`, printer columns, custom columns, `wait --for=jsonpath=`.
 *
 * A template is text with paths in braces. `{.items[*].metadata.name}` prints all values with spaces between;
 * `{range .items[*]}{.metadata.name}{"\n"}{end}` prints one a line. Fields that are not there print nothing.
 */
import { evaluatePath } from './jsonpath/evaluate.ts';
import { parseColumnPath } from './jsonpath/parse.ts';
import type { JsonPath, TemplateNode } from './jsonpath/syntax.ts';

export { parseColumnPath, parseTemplate } from './jsonpath/parse.ts';
export { JsonPathError } from './jsonpath/syntax.ts';
export type { JsonPath, TemplateNode } from './jsonpath/syntax.ts';

/** Every value a column path leads to in the object; nothing for what is not there. */
export function valuesAt(path: JsonPath, object: unknown): readonly unknown[] {
  return evaluatePath(path, { root: object, current: object });
}

/** The first of them, or undefined. Plain fields, which most columns are, cost no lists. */
export function firstAt(path: JsonPath, object: unknown): unknown {
  let value = object;
  for (const step of path.steps) {
    if (step.type !== 'field') return valuesAt(path, object)[0];
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, step.name))
      return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step.name];
  }
  return value;
}

/** Reads and follows a path in one go; keep the result of `parseColumnPath` where the same path is used again. */
export function valuesAtPath(path: string, object: unknown): readonly unknown[] {
  return valuesAt(parseColumnPath(path), object);
}

/** What kubectl prints for the template. Throws JsonPathError for an index outside of a list, as kubectl does. */
export function renderTemplate(template: readonly TemplateNode[], object: unknown): string {
  return render(template, object, object);
}

function render(template: readonly TemplateNode[], root: unknown, current: unknown): string {
  let text = '';
  for (const node of template) {
    if (node.type === 'text') {
      text += node.text;
      continue;
    }
    const values = evaluatePath(node.path, { root, current, strictIndex: true });
    text +=
      node.type === 'path'
        ? values.map(printValue).join(' ')
        : values.map((value) => render(node.body, root, value)).join('');
  }
  return text;
}

/** One value as kubectl prints it: text as it is, lists and maps as JSON with sorted keys, null as nothing. */
export function printValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  return JSON.stringify(value, inKubectlsWay);
}

function inKubectlsWay(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint')
    return (JSON as typeof JSON & { rawJSON(text: string): unknown }).rawJSON(String(value));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
