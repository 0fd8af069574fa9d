import type { CustomResourceDefinitionNames } from '../../gen/types.ts';
import { invalid, required, type FieldIssue } from '../../structural/issue.ts';
import { checkDns1035Label } from '../../values/names.ts';
import { child, key } from './path.ts';

/** Names that may be left out of a status, but never of a spec. */
export function requireNames(names: CustomResourceDefinitionNames, path: string): readonly FieldIssue[] {
  return (['plural', 'singular', 'kind', 'listKind'] as const)
    .filter((name) => (names[name] ?? '') === '')
    .map((name) => required(child(path, name)));
}

/** The form of those names that are given. */
export function validateNames(names: CustomResourceDefinitionNames, path: string): readonly FieldIssue[] {
  const { kind = '', listKind = '', shortNames = [], categories = [] } = names;
  const word = (name: 'plural' | 'singular'): readonly FieldIssue[] => label(names[name] ?? '', child(path, name));
  const camelCase = (name: 'kind' | 'listKind'): readonly FieldIssue[] =>
    label(names[name] ?? '', child(path, name), 'may have mixed case, but should otherwise match: ', true);
  const list = (name: string, values: readonly string[]): readonly FieldIssue[] =>
    values.flatMap((value, index) => wrong(value, value, key(child(path, name), index), ''));
  return [
    ...word('plural'),
    ...word('singular'),
    ...camelCase('kind'),
    ...camelCase('listKind'),
    ...list('shortNames', shortNames),
    ...(kind !== '' && kind === listKind
      ? [invalid(child(path, 'listKind'), listKind, 'kind and listKind may not be the same')]
      : []),
    ...list('categories', categories),
  ];
}

const label = (value: string, path: string, start = '', mixedCase = false): readonly FieldIssue[] =>
  value === '' ? [] : wrong(value, mixedCase ? value.toLowerCase() : value, path, start);

function wrong(shown: string, checked: string, path: string, start: string): readonly FieldIssue[] {
  const problems = checkDns1035Label(checked);
  return problems.length === 0 ? [] : [invalid(path, shown, start + problems.join(','))];
}
