import type { Host, HostFacts } from '../../ports/host.ts';
import type { ImageConfig } from '../../ports/images.ts';
import type { Registry } from '../../ports/registry.ts';
import type { Connection } from '../connection.ts';
import type { KeyedTurns } from '../../keyed-turns.ts';

/** What the verbs of this folder need. */
export interface ImagesContext {
  readonly connection: Connection;
  readonly registry: Registry;
  readonly host: Host;
  readonly facts: HostFacts;
  /** Leases of work under way, which no sweep may take. */
  readonly leasesInUse: Set<string>;
  /** By image name, blob digest or chain id: what several pulls share is fetched and unpacked once. */
  readonly turns: KeyedTurns;
  /** Ingests that somebody writes through a proxy, by their name, and whose they are. */
  readonly ingests: Map<string, object>;
  /** By manifest digest; what a digest names never changes. */
  readonly configs: Map<string, ImageConfig>;
  /** By chain id and path, as above. */
  readonly files: Map<string, Uint8Array | undefined>;
}

/** Puts into a bounded cache; the oldest entry goes. */
export function remember<V>(cache: Map<string, V>, key: string, value: V, limit: number): void {
  const oldest = cache.size >= limit ? cache.keys().next().value : undefined;
  if (oldest !== undefined) cache.delete(oldest);
  cache.set(key, value);
}
