import { copyFile, mkdir, open, stat } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { readTar, type Entry } from './read.ts';

export interface ExtractOptions {
  /** The entry that becomes `target`; what is below it goes below. */
  readonly root: string;
  readonly target: string;
  readonly warn: (line: string) => void;
}

/**
 * Writes the files and directories of an archive that somebody else made: nothing leaves `target`, and symbolic links are left out, as they
 * could lead elsewhere. Answers how many entries there were.
 */
export async function extractTar(chunks: AsyncIterable<Uint8Array>, options: ExtractOptions): Promise<number> {
  const { warn } = options;
  let entries = 0;
  for await (const entry of readTar(chunks)) {
    entries++;
    const path = await pathOf(entry.name, entry.type, options);
    if (path === undefined) warn(`warning: file ${JSON.stringify(entry.name)} is outside target destination, skipping`);
    else await writeEntry(entry, path, options);
  }
  return entries;
}

async function writeEntry(entry: Entry, path: string, options: ExtractOptions): Promise<void> {
  const { name, type, mode, link } = entry;
  switch (type) {
    case 'directory':
      await mkdir(path, { recursive: true });
      return;
    case 'symlink':
      options.warn(`warning: skipping symlink: ${JSON.stringify(name)} -> ${JSON.stringify(link)}`);
      return;
    case 'hardlink': {
      const source = await pathOf(link, 'file', options);
      if (source === undefined) return options.warn(`warning: skipping link: ${JSON.stringify(name)}`);
      await mkdir(dirname(path), { recursive: true });
      return await copyFile(source, path);
    }
    case 'file': {
      await mkdir(dirname(path), { recursive: true });
      await using file = await open(path, 'w', mode);
      for await (const chunk of entry.content) await file.writeFile(chunk);
      return;
    }
    default:
      options.warn(`warning: skipping ${JSON.stringify(name)}: it is neither a file nor a directory`);
  }
}

/** Where an entry goes; undefined for one that is not below the root. A file goes into a directory that is there. */
async function pathOf(
  name: string,
  type: Entry['type'],
  { root, target }: Pick<ExtractOptions, 'root' | 'target'>,
): Promise<string | undefined> {
  const below = posix.relative(normal(root), normal(name));
  if (below === '..' || below.startsWith('../')) return undefined;
  if (below !== '') return join(target, below);
  const isDirectory = type !== 'directory' && (await stat(target).catch(() => undefined))?.isDirectory() === true;
  return isDirectory ? join(target, posix.basename(normal(name))) : target;
}

/** As if the archive's top were `/`: `..` does not lead out of it. */
const normal = (name: string): string => posix.normalize(`/${name}`);
