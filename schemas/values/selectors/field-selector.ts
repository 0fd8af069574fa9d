import { SelectorError } from './requirement.ts';
import type { FieldRequirement, FieldSelector } from './requirement.ts';

/**
 * Reads `metadata.name=a,status.phase!=Failed`. A backslash before `,`, `=` and `\` makes them part of the value. The
 * empty text selects everything. Whether a field may be asked for is the resource's business. Throws SelectorError with
 * the API server's words.
 */
export function parseFieldSelector(text: string): FieldSelector {
  return splitTerms(text)
    .filter((term) => term !== '')
    .map((term) => parseTerm(text, term));
}

function splitTerms(text: string): readonly string[] {
  return text.match(/(?:\\[^]|[^,\\]|\\$)+/g) ?? [];
}

function parseTerm(selector: string, term: string): FieldRequirement {
  const match = /^((?:\\[^]|[^\\=!]|!(?!=))*)(==|!=|=)([^]*)$/.exec(term);
  if (!match) {
    throw new SelectorError(`invalid selector: '${selector}'; can't understand '${term}'`);
  }
  const [, field = '', operator, value = ''] = match;
  return { field, operator: operator === '!=' ? 'NotEquals' : 'Equals', value: unescape(value) };
}

function unescape(value: string): string {
  const problem = /\\(?![\\,=])[^]?/.exec(value.replaceAll('\\\\', '  '));
  if (problem) {
    throw new SelectorError(`invalid field selector: invalid escape sequence: ${problem[0]}`);
  }
  if (/(?:^|[^\\])(?:\\\\)*[,=]/.test(value)) {
    throw new SelectorError(`invalid field selector: unescaped character in value: ${/[,=]/.exec(value)?.[0] ?? ''}`);
  }
  return value.replaceAll(/\\([\\,=])/g, '$1');
}

/** True when every field has, or has not, the value asked for; `fieldOf` gives '' for what is not there. */
export function matchesFields(selector: FieldSelector, fieldOf: (field: string) => string): boolean {
  return selector.every(({ field, operator, value }) => (fieldOf(field) === value) === (operator === 'Equals'));
}

/** The selector as text that `parseFieldSelector` reads to the same requirements. */
export function formatFieldSelector(selector: FieldSelector): string {
  return selector
    .map(({ field, operator, value }) => `${field}${operator === 'Equals' ? '=' : '!='}${escapeFieldValue(value)}`)
    .join(',');
}

/** A value as it must stand in a field selector. */
export function escapeFieldValue(value: string): string {
  return value.replaceAll(/[\\,=]/g, '\\$&');
}

/** The value that a field selector must have, when it asks for equality: lets a read by name become a read by key. */
export function requiredFieldValue(selector: FieldSelector, field: string): string | undefined {
  return selector.find((one) => one.field === field && one.operator === 'Equals')?.value;
}
