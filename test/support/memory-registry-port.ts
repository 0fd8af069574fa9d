import { createHash } from 'node:crypto';
import { RuntimeError } from '../../runtime/errors.ts';
import type { Descriptor, Registry, RegistryTarget } from '../../runtime/ports/registry.ts';

/** A Registry port over maps, which can be made to misbehave. References are compared as a whole. */
export interface MemoryRegistry extends Registry {
  /** Blobs and manifests, by digest. */
  readonly blobs: Map<string, Buffer>;
  readonly tags: Map<string, Descriptor>;
  /** Bytes after which the blob's next transfers break off, one entry a transfer. */
  readonly breaks: Map<string, number[]>;
  /** `<digest>@<offset>` of every transfer that was asked for. */
  readonly transfers: string[];
  /** Called before a blob's bytes are given. */
  beforeBlob?: (descriptor: Descriptor, signal: AbortSignal | undefined) => Promise<void>;
}

const CHUNK = 64 * 1024;

export function createMemoryRegistry(): MemoryRegistry {
  const registry: MemoryRegistry = {
    blobs: new Map(),
    tags: new Map(),
    breaks: new Map(),
    transfers: [],
    resolve: (target) => Promise.resolve().then(() => resolve(registry, target)),
    listTags: async ({ reference }) => {
      const repository = repositoryOf(reference);
      const names = [...registry.tags.keys()].filter(
        (name) => repositoryOf(name) === repository && name !== repository,
      );
      if (names.length === 0) throw new RuntimeError('NotFound', `${reference}: not in the registry`);
      return names.map((name) => name.slice(repository.length + 1));
    },
    manifest: (_, descriptor) => Promise.resolve().then(() => checked(find(registry, descriptor), descriptor)),
    blob: async (_, descriptor, offset, signal) => {
      const bytes = find(registry, descriptor);
      registry.transfers.push(`${descriptor.digest}@${offset}`);
      await registry.beforeBlob?.(descriptor, signal);
      return stream(bytes.subarray(offset), registry.breaks.get(descriptor.digest)?.shift());
    },
  };
  return registry;
}

/** Without tag and digest. */
const repositoryOf = (reference: string): string => reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '');

function resolve(registry: MemoryRegistry, { reference }: RegistryTarget): Descriptor {
  const descriptor = registry.tags.get(reference);
  if (descriptor === undefined) throw new RuntimeError('NotFound', `${reference}: not in the registry`);
  return descriptor;
}

function find(registry: MemoryRegistry, { digest }: Descriptor): Buffer {
  const bytes = registry.blobs.get(digest);
  if (bytes === undefined) throw new RuntimeError('NotFound', `${digest}: not in the registry`);
  return bytes;
}

function checked(bytes: Buffer, { digest }: Descriptor): Uint8Array {
  const actual = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (actual !== digest) throw new RuntimeError('Corrupt', `${digest}: the registry sent something else`);
  return bytes;
}

async function* stream(bytes: Buffer, breakAfter: number | undefined): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK) {
    if (breakAfter !== undefined && at + CHUNK > breakAfter) {
      yield bytes.subarray(at, breakAfter);
      throw new RuntimeError('Unavailable', 'the connection broke');
    }
    yield bytes.subarray(at, at + CHUNK);
  }
}
