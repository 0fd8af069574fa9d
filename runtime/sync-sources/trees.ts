/**
 * The directories that were given out: `<place>/trees/<name>`, one for each revision. None changes once it stands there: a new one is made beside them and
 * gets its name when it is whole. The one before stays until another fetch has ended, for whoever still reads it.
 *
 * Only what this process made counts: after a crash of the machine a name may be there and what it names not be whole, so it is made again.
 */
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

interface Given extends Made {
  readonly name: string;
}

export interface Made {
  /** What the tree was made of: commit, digest, and how. */
  readonly key: string;
  /** Something to remember with it. */
  readonly note: string | undefined;
}

export interface GivenTree {
  readonly path: string;
  readonly note: string | undefined;
}

export class Trees {
  /** By place. */
  readonly #given = new Map<string, Given>();

  /** Whether something was given out. */
  has(place: string): boolean {
    return this.#given.has(place);
  }

  /** The tree of this key, where it is the one that was given out last; what was before it goes. */
  async find(place: string, key: string): Promise<GivenTree | undefined> {
    const given = this.#given.get(place);
    if (given?.key !== key) return undefined;
    const path = join(place, 'trees', given.name);
    const stats = await stat(path).catch(() => undefined);
    if (stats?.isDirectory() !== true) return undefined;
    await keepOnly(place, [given.name]);
    return { path, note: given.note };
  }

  /** `make` fills an empty directory; it has its name when that has ended, and nothing is left of it when that fails. `id`: a name that nobody had yet. */
  async make(place: string, id: string, make: (tree: string) => Promise<Made>): Promise<GivenTree> {
    const before = this.#given.get(place);
    await keepOnly(place, before === undefined ? [] : [before.name]);
    const making = join(place, 'trees', `${unfinished}${id}`);
    await mkdir(making, { recursive: true, mode: 0o755 });
    const path = join(place, 'trees', id);
    try {
      const made = await make(making);
      await rename(making, path);
      this.#given.set(place, { ...made, name: id });
      return { path, note: made.note };
    } catch (error) {
      await rm(making, { recursive: true, force: true });
      throw error;
    }
  }

  forget(place: string): void {
    this.#given.delete(place);
  }
}

/** Begins the name of what is being made. */
const unfinished = '.new-';

async function keepOnly(place: string, names: readonly string[]): Promise<void> {
  const trees = join(place, 'trees');
  for (const name of await readdir(trees).catch(() => [])) {
    if (!names.includes(name)) await rm(join(trees, name), { recursive: true, force: true });
  }
}
