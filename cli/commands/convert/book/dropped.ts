import { nearestName } from '../../../../schemas/values/suggestion.ts';
import { attempt, type Field } from './field.ts';

/**
 * Looks after the keys of a map of which the whole is told in one line: `known` were read already, each of `others` says itself what becomes of
 * it, and all further ones are mistakes.
 */
export function dropped(
  field: Field,
  known: readonly string[],
  others: Readonly<Record<string, (field: Field) => void>> = {},
): void {
  for (const [key, value] of field.entries()) {
    attempt(field.book, () => {
      if (known.includes(key)) return;
      if (key.startsWith('x-')) return value.ignored('an extension');
      const handle = Object.hasOwn(others, key) ? others[key] : undefined;
      if (handle === undefined) {
        const near = nearestName(key, [...known, ...Object.keys(others)]);
        return value.fail(`docker compose knows no such key${near === undefined ? '' : `; did you mean "${near}"?`}`);
      }
      return value.isNull ? value.ignored('it is empty') : handle(value);
    });
  }
}
