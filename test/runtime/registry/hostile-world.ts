/** A registry that does what the test wants, and what comes of it. */
import { randomBytes } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { Registry, RegistryTarget } from '../../../runtime/ports/registry.ts';
import type { RegistryOptions } from '../../../runtime/registry/options.ts';
import { digestOf, manifestOf, MANIFEST_TYPE } from '../../suites/registry.ts';
import { createMemoryRegistry } from './memory-registry.ts';
import { createTestRegistry, startServer, type Handler, type TestServer } from './server.ts';

export const blob = randomBytes(200_000);
export const blobDescriptor = { mediaType: 'application/octet-stream', digest: digestOf(blob), size: blob.length };
export const manifest = manifestOf(Buffer.from('{}'), [blob]);
export const manifestDescriptor = { mediaType: MANIFEST_TYPE, digest: digestOf(manifest), size: manifest.length };

export interface World {
  readonly server: TestServer;
  readonly registry: Registry;
  readonly target: RegistryTarget;
  readonly waits: number[];
}

export async function against(
  handler: Handler,
  run: (world: World) => Promise<void>,
  options: Partial<RegistryOptions> = {},
): Promise<void> {
  await using server = await startServer(handler);
  const waits: number[] = [];
  using registry = createTestRegistry(options, waits);
  await run({ server, registry, target: { reference: `${server.host}/team/app:v1`, insecure: false }, waits });
}

export async function failure(t: ExecutionContext, promise: Promise<unknown>): Promise<RuntimeError> {
  return await t.throwsAsync(promise, { instanceOf: RuntimeError });
}

export function good(): Handler {
  const memory = createMemoryRegistry();
  memory.push('team/app', 'v1', manifest, [blob]);
  return memory.handler;
}
