/** Tar files in memory, always the same for the same tree. */
import { buffer } from 'node:stream/consumers';
import { pack, type Pack } from 'tar-stream';

/** A file's content; or one with its attributes; a link; a directory. Parents are made unless they are given. */
export type TreeEntry =
  | string
  | Uint8Array
  | { readonly content: string | Uint8Array; readonly mode?: number; readonly uid?: number; readonly gid?: number }
  | { readonly link: string }
  | { readonly directory: true; readonly mode?: number; readonly uid?: number; readonly gid?: number };

/** Absolute or relative paths to what is there. */
export type FileTree = Readonly<Record<string, TreeEntry>>;

/** The tree as a tar archive: sorted by path, owners 0 unless said, all times 0. */
export async function tarOf(tree: FileTree): Promise<Buffer> {
  const archive = pack();
  const bytes = buffer(archive);
  for (const [path, entry] of withParents(tree)) {
    const { header, content } = toHeader(path, entry);
    archive.entry({ uid: 0, gid: 0, mtime: new Date(0), uname: '', gname: '', ...header }, Buffer.from(content));
  }
  archive.finalize();
  return await bytes;
}

function withParents(tree: FileTree): readonly (readonly [string, TreeEntry])[] {
  const all = new Map<string, TreeEntry>();
  for (const [given, entry] of Object.entries(tree)) {
    const path = given.replace(/^\/+|\/+$/g, '');
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      const parent = path.slice(0, slash);
      if (!all.has(parent)) all.set(parent, { directory: true });
    }
    all.set(path, entry);
  }
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1));
}

function toHeader(
  name: string,
  entry: TreeEntry,
): { header: Parameters<Pack['entry']>[0]; content: string | Uint8Array } {
  if (typeof entry === 'string' || entry instanceof Uint8Array) {
    return { header: { name, type: 'file', mode: 0o644 }, content: entry };
  }
  if ('link' in entry) {
    return { header: { name, type: 'symlink', linkname: entry.link, mode: 0o777 }, content: '' };
  }
  if ('directory' in entry) {
    const { directory: _, ...attributes } = entry;
    return { header: { name, type: 'directory', mode: 0o755, ...attributes }, content: '' };
  }
  const { content, ...attributes } = entry;
  return { header: { name, type: 'file', mode: 0o644, ...attributes }, content };
}
