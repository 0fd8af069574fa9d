import { Affixes } from './affixes.ts';

/** Of patterns with the same literal beginning: the last of those of each depth. */
interface Reaching {
  /** By number of slashes. */
  readonly depths: Map<number, number>;
}

/** Where patterns can match, before any of it is known: what a walk need not go into. Patterns are numbers, and the later ones count. */
export class Reach {
  readonly #parents = new Map<string, number>();
  readonly #beginnings = new Affixes<Reaching>('start');

  /** A pattern that matches this path only. */
  addPath(path: string, index: number): void {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const parent = path.slice(0, slash);
      this.#parents.set(parent, Math.max(index, this.#parents.get(parent) ?? index));
    }
  }

  /** A pattern that matches paths with this beginning and number of slashes; Infinity: any number. */
  addBeginning(beginning: string, slashes: number, index: number): void {
    this.addPath(beginning, index);
    const { depths } = this.#beginnings.ensure(beginning, () => ({ depths: new Map() }));
    depths.set(slashes, Math.max(index, depths.get(slashes) ?? index));
  }

  /** Whether a pattern after number `index` can match something below a directory. */
  below(directory: string, index: number): boolean {
    if ((this.#parents.get(directory) ?? -1) > index) return true;
    const within = `${directory}/`;
    const slashes = within.split('/').length - 1;
    return this.#beginnings
      .find(within)
      .some(({ depths }) => [...depths].some(([depth, last]) => depth >= slashes && last > index));
  }
}
