/** Where what is brought here stands: `<data>/build-contexts/<uid>/<source>/…`. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { RuntimeError } from '../../errors.ts';

export interface Layout {
  readonly root: string;
  /** Of everything of an owner. */
  owner(uid: string): string;
  /** Of one source, whose id is `<uid>` or `<uid>/<name>`. */
  source(id: string): string;
}

const uidForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Methods throw InvalidArgument for a uid that is none. */
export function createLayout(dataDirectory: string): Layout {
  const root = join(dataDirectory, 'build-contexts');
  const owner = (uid: string): string => {
    if (!uidForm.test(uid)) throw new RuntimeError('InvalidArgument', `${JSON.stringify(uid)} is no uid of an object`);
    return join(root, uid);
  };
  return {
    root,
    owner,
    source(id) {
      const slash = id.indexOf('/');
      if (slash < 0) return join(owner(id), 'context');
      return join(owner(id.slice(0, slash)), `named-${shortName(id.slice(slash + 1))}`);
    },
  };
}

/** Names of contexts may be references of images, with slashes and more in them. */
const shortName = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 32);
