/** Names of Compose as names of objects. */

const LONGEST = 63;

/** Lower-case letters, digits and dashes, as many as a name may have; undefined when nothing is left. */
export function labelOf(text: string): string | undefined {
  const label = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, LONGEST)
    .replace(/-+$/, '');
  return label === '' ? undefined : label;
}

/** Gives each thing of a kind a name of its own. */
export class Names {
  readonly #taken = new Map<string, Set<string>>();

  /** The name nearest to what is wanted that nobody has. */
  take(kind: string, wanted: string): string {
    const taken = this.#taken.get(kind) ?? new Set();
    this.#taken.set(kind, taken);
    const base = labelOf(wanted) ?? kind.toLowerCase();
    for (let number = 1; ; number += 1) {
      const suffix = number === 1 ? '' : `-${String(number)}`;
      const name = `${base.slice(0, LONGEST - suffix.length)}${suffix}`;
      if (taken.has(name)) continue;
      taken.add(name);
      return name;
    }
  }
}
