/**
 * Keys are strings ordered as their UTF-8 bytes, in every store, so that a page of one store continues in another's
 * order. JavaScript compares UTF-16 units, which differs only where surrogates meet units from U+E000 on.
 */

/** A key with such a unit needs `compareKeys`; all others order the same way by `<`. */
export function hasWideUnits(key: string): boolean {
  return /[\uD800-\uFFFF]/.test(key);
}

/** Negative, zero or positive, as the UTF-8 bytes of `a` and `b` compare. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x !== y) return codePointRank(x) - codePointRank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above the whole basic plane. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** What is wrong with a key, or undefined. A lone surrogate has no UTF-8 form and would come back as another key. */
export function keyProblem(key: string): string | undefined {
  if (key === '') return 'a key must not be empty';
  if (!key.isWellFormed()) return `key ${JSON.stringify(key)} holds half of a surrogate pair`;
  return undefined;
}
