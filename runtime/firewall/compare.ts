import { canonical } from './accept-rules.ts';
import type { ListedObject } from './nft.ts';
import type { TablePart } from './part.ts';

/**
 * Whether a table has all that these parts say: elements one by one, rules by their number in each chain. A rule that somebody replaced by another one is
 * not seen; one that is missing is.
 * @param listed what `nft -j list table` says
 */
export function hasParts(listed: readonly ListedObject[], parts: readonly TablePart[]): boolean {
  const sets = new Map(listed.flatMap(({ set, map }) => set ?? map ?? []).map((each) => [each.name, each.elem ?? []]));
  const chains = new Set(listed.flatMap(({ chain }) => chain ?? []).map(({ name }) => name));
  const rulesOf = (name: string): number => listed.filter(({ rule }) => rule?.chain === name).length;
  return parts.every(
    (part) =>
      part.sets.every(({ name, elements }) => sameElements(sets.get(name), elements)) &&
      part.chains.every(({ name, rules }) => chains.has(name) && rulesOf(name) === rules.length),
  );
}

function sameElements(listed: readonly unknown[] | undefined, wanted: readonly string[]): boolean {
  if (listed?.length !== wanted.length) return false;
  const found = new Set(listed.map(elementText));
  return wanted.every((element) => found.has(normal(element)));
}

/** A pair of key and value in a map; a list of fields; a field; each may be wrapped in an object with more about it. */
function elementText(element: unknown): string {
  if (Array.isArray(element)) return element.map(elementText).join(' : ');
  if (typeof element !== 'object' || element === null) return canonical(String(element));
  const { concat, elem } = element as { concat?: readonly unknown[]; elem?: { val?: unknown } };
  return concat === undefined ? elementText(elem?.val) : concat.map(elementText).join(' . ');
}

const normal = (element: string): string =>
  element
    .split(' : ')
    .map((side) =>
      side
        .split(' . ')
        .map((field) => canonical(field.replaceAll('"', '')))
        .join(' . '),
    )
    .join(' : ');
