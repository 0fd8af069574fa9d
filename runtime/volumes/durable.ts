import { open, opendir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Replaces a file in one step, so that after a crash or a power cut it is the old one or the new one. */
export async function writeDurably(path: string, content: string): Promise<void> {
  const temporary = `${path}.new`;
  try {
    await using file = await open(temporary, 'w', 0o600);
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await rename(temporary, path);
  await syncDirectory(dirname(path));
}

/** Makes the entries of a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r');
  await directory.sync();
}

/** Makes every regular file and directory below durable. Links, FIFOs and devices are entries only. */
export async function syncTree(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) await syncTree(child);
    else if (entry.isFile()) await syncDirectory(child);
  }
  await syncDirectory(path);
}

/** Looks at one entry, however many there are. */
export async function isEmpty(path: string): Promise<boolean> {
  await using directory = await opendir(path);
  return (await directory.read()) === null;
}
