/** An artifact of a registry: its first layer that is a tar, as files. */
import { createHash } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../../errors.ts';
import type { Descriptor, RegistryTarget } from '../../ports/registry.ts';
import type { FetchedSource } from '../../ports/sync-sources.ts';
import type { SourceTools } from '../create.ts';
import type { Trees } from '../trees.ts';
import { sourceFailure } from './failure.ts';
import { findLayer } from './manifest.ts';
import { chooseReference, type OciSource } from './reference.ts';
import { tooLarge, unpack } from './unpack.ts';

/** All that may be read of a source. */
const defaultMaxBytes = 256 * 1024 * 1024;
const defaultMaxEntries = 50_000;

/** `place` is private, and only this works in it. Rejects as the port says. */
export async function fetchArtifact(
  place: string,
  source: OciSource,
  tools: SourceTools,
  trees: Trees,
): Promise<FetchedSource> {
  const { target, name, descriptor } = await resolve(source, tools);
  const revision = revisionOf(name, descriptor);
  const key = `oci ${descriptor.digest}`;
  const given = await trees.find(place, key);
  if (given !== undefined) return { path: given.path, revision };
  // Of a source of another type, and of a daemon that was killed.
  for (const left of ['copy', 'home', 'artifact']) await rm(join(place, left), { recursive: true, force: true });

  const { maxArtifactBytes: maxBytes = defaultMaxBytes, maxArtifactEntries: maxEntries = defaultMaxEntries } = tools;
  const artifact = join(place, 'artifact');
  try {
    const layer = await told(() => findLayer(tools.registry, target, descriptor, tools.signal));
    if (layer.size > maxBytes) throw tooLarge(`${target.reference} has`, maxBytes);
    await mkdir(artifact, { recursive: true, mode: 0o700 });
    const blob = join(artifact, 'blob');
    await told(() => download(blob, target, layer, tools));
    const made = await trees.make(place, tools.newId(), async (tree) => {
      await unpack(blob, tree, { what: target.reference, maxBytes, maxEntries, signal: tools.signal });
      return { key, note: undefined };
    });
    return { path: made.path, revision };
  } finally {
    await rm(artifact, { recursive: true, force: true });
  }
}

/** What the source stands for now. */
export async function ociRevision(source: OciSource, tools: SourceTools): Promise<string> {
  const { name, descriptor } = await resolve(source, tools);
  return revisionOf(name, descriptor);
}

interface Resolved {
  readonly target: RegistryTarget;
  readonly name: string | undefined;
  readonly descriptor: Descriptor;
}

async function resolve(source: OciSource, { registry, signal }: SourceTools): Promise<Resolved> {
  const { target, name } = await told(() => chooseReference(source, registry, signal));
  return { target, name, descriptor: await told(() => registry.resolve(target, signal)) };
}

const revisionOf = (name: string | undefined, { digest }: Descriptor): string =>
  name === undefined ? digest : `${name}@${digest}`;

/** Verified. */
async function download(
  path: string,
  target: RegistryTarget,
  layer: Descriptor,
  { registry, signal }: SourceTools,
): Promise<void> {
  const hash = createHash(layer.digest.startsWith('sha512:') ? 'sha512' : 'sha256');
  await using file = await open(path, 'w', 0o600);
  for await (const piece of await registry.blob(target, layer, 0, signal)) {
    hash.update(piece);
    await file.writeFile(piece);
  }
  const [algorithm = ''] = layer.digest.split(':');
  const digest = `${algorithm}:${hash.digest('hex')}`;
  if (digest === layer.digest) return;
  throw new RuntimeError('Corrupt', `${target.reference}: its layer is ${layer.digest}, and ${digest} was sent`, {
    reason: 'DigestMismatch',
  });
}

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw sourceFailure(error);
  }
}
