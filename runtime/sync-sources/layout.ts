/** Where what is brought here stands: `<data>/sync-sources/<id>/…`. */
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';

export interface Layout {
  readonly root: string;
  /** Of everything of an owner. Throws InvalidArgument for an id that is none. */
  owner(id: string): string;
  /** Of nobody, and private. */
  scratch(name: string): string;
}

/** Begins names of directories that are nobody's, and may hold secrets. */
export const scratch = '.asking-';

const idForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export function createLayout(dataDirectory: string): Layout {
  const root = join(dataDirectory, 'sync-sources');
  return {
    root,
    owner(id) {
      if (!idForm.test(id)) throw new RuntimeError('InvalidArgument', `${JSON.stringify(id)} is no uid of an object`);
      return join(root, id);
    },
    scratch: (name) => join(root, `${scratch}${name}`),
  };
}
