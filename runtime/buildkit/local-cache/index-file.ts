import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const INDEX = 'index.json';
const TAG = 'org.opencontainers.image.ref.name';
const NEWEST = 'latest';

interface Index {
  readonly manifests: readonly Descriptor[];
}

interface Descriptor {
  readonly digest: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Digest of the newest cache in an OCI layout; undefined when there is none, or nothing that could be read as one. */
export async function newestCache(directory: string): Promise<string | undefined> {
  return (await readIndex(directory)).manifests.find(isNewest)?.digest;
}

/** Makes this manifest (as the builder describes it, JSON) the newest cache; others in the layout stay. Rejects with what the disk says. */
export async function keepNewestCache(directory: string, descriptor: string): Promise<void> {
  const newest = JSON.parse(descriptor) as Descriptor;
  const { manifests } = await readIndex(directory);
  const others = manifests.filter((manifest) => !isNewest(manifest) && manifest.digest !== newest.digest);
  const tagged = { ...newest, annotations: { ...newest.annotations, [TAG]: NEWEST } };
  await mkdir(directory, { recursive: true });
  await replace(join(directory, 'oci-layout'), { imageLayoutVersion: '1.0.0' });
  await replace(join(directory, INDEX), {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [...others, tagged],
  });
}

function isNewest({ annotations }: Descriptor): boolean {
  return annotations?.[TAG] === NEWEST;
}

async function readIndex(directory: string): Promise<Index> {
  try {
    const index = JSON.parse(await readFile(join(directory, INDEX), 'utf8')) as Partial<Index>;
    return { manifests: Array.isArray(index.manifests) ? index.manifests : [] };
  } catch {
    return { manifests: [] };
  }
}

async function replace(path: string, value: object): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, `${JSON.stringify(value)}\n`);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
