import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What stands at a path: content of a file, or something else. */
export type Leaf =
  | string
  | Uint8Array
  | { readonly link: string }
  | { readonly same: string }
  | { readonly content: string; readonly mode: number }
  | { readonly special: 'fifo' | 'socket' | 'directory' | 'character' };

export interface Tree extends AsyncDisposable {
  readonly path: string;
  /** Makes, or overwrites. */
  put(leaves: Readonly<Record<string, Leaf>>): Promise<void>;
}

/** A directory of its own that is gone afterwards. `place`: what it is in. */
export async function makeTree(leaves: Readonly<Record<string, Leaf>> = {}, place = tmpdir()): Promise<Tree> {
  const path = mkdtempSync(join(place, 'tsmoby-tree-'));
  const put = async (more: Readonly<Record<string, Leaf>>): Promise<void> => {
    for (const [name, leaf] of Object.entries(more)) await putLeaf(path, name, leaf);
  };
  await put(leaves);
  return {
    path,
    put,
    async [Symbol.asyncDispose]() {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

async function putLeaf(root: string, name: string, leaf: Leaf): Promise<void> {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  if (typeof leaf === 'string' || leaf instanceof Uint8Array) {
    writeFileSync(path, leaf);
    utimesSync(path, 1_700_000_000.25, 1_700_000_000.25);
  } else if ('link' in leaf) symlinkSync(leaf.link, path);
  else if ('same' in leaf) linkSync(join(root, leaf.same), path);
  else if ('content' in leaf) {
    writeFileSync(path, leaf.content);
    chmodSync(path, leaf.mode);
  } else if (leaf.special === 'directory') mkdirSync(path, { recursive: true });
  else if (leaf.special === 'fifo') execFileSync('mkfifo', [path]);
  else if (leaf.special === 'character') execFileSync('mknod', [path, 'c', '1', '3']);
  else await leaveSocket(path);
}

/** A socket stays in the directory only when its server does not end in the ordinary way: so the file is linked before. */
async function leaveSocket(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${path}.`, resolve));
  linkSync(`${path}.`, path);
  await new Promise((resolve) => server.close(resolve));
}
