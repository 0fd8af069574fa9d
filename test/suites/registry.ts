import { createHash, randomBytes } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import { RuntimeError, type RuntimeErrorCode } from '../../runtime/errors.ts';
import type { Descriptor, Registry, RegistryCredentials } from '../../runtime/ports/registry.ts';

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const MISSING = `sha256:${'0'.repeat(64)}`;

export interface RegistryHarness extends AsyncDisposable {
  readonly registry: Registry;
  /** Needed for everything, when there. */
  readonly credentials?: RegistryCredentials;
  /** Stores blobs and a manifest under a tag; answers the reference. */
  push(repository: string, tag: string, manifest: Uint8Array, blobs: readonly Uint8Array[]): Promise<string>;
}

export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A small manifest of one configuration and the given layers. */
export function manifestOf(config: Uint8Array, layers: readonly Uint8Array[]): Buffer {
  const descriptor = (mediaType: string, bytes: Uint8Array): Descriptor => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: descriptor('application/vnd.oci.image.config.v1+json', config),
      layers: layers.map((layer) => descriptor('application/vnd.oci.image.layer.v1.tar+gzip', layer)),
    }),
  );
}

export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** `test` or `test.serial`. */
export type Test = (title: string, run: (t: ExecutionContext) => Promise<void>) => void;

/** What every Registry promises. */
export function registrySuite(test: Test, name: string, create: () => Promise<RegistryHarness>): void {
  const config = Buffer.from('{}');
  const layer = randomBytes(300_000);
  const manifest = manifestOf(config, [layer]);
  const layerDescriptor: Descriptor = {
    mediaType: 'application/octet-stream',
    digest: digestOf(layer),
    size: layer.length,
  };

  const withImage = async (
    run: (harness: RegistryHarness, target: { reference: string; insecure: boolean }) => Promise<void>,
  ): Promise<void> => {
    await using harness = await create();
    const reference = await harness.push('team/app', 'v1', manifest, [config, layer]);
    const { credentials } = harness;
    await run(harness, { reference, insecure: false, ...(credentials === undefined ? {} : { credentials }) });
  };
  const codeOf = async (promise: Promise<unknown>): Promise<RuntimeErrorCode | undefined> => {
    try {
      await promise;
      return undefined;
    } catch (error) {
      if (error instanceof RuntimeError) return error.code;
      throw error;
    }
  };

  test(`${name}: a tag resolves to type, digest and size of its manifest`, async (t) => {
    await withImage(async ({ registry }, target) => {
      t.deepEqual(await registry.resolve(target), {
        mediaType: MANIFEST_TYPE,
        digest: digestOf(manifest),
        size: manifest.length,
      });
    });
  });

  test(`${name}: all tags of a repository are told`, async (t) => {
    await withImage(async (harness, target) => {
      const { registry } = harness;
      await harness.push('team/app', '1.2.3', manifest, [config, layer]);
      await harness.push('team/other', 'v9', manifest, [config, layer]);
      t.deepEqual((await registry.listTags(target)).toSorted(), ['1.2.3', 'v1']);
      const reference = target.reference.replace('team/app', 'team/none');
      t.is(await codeOf(registry.listTags({ ...target, reference })), 'NotFound');
    });
  });

  test(`${name}: a pinned reference resolves to its digest`, async (t) => {
    await withImage(async ({ registry }, target) => {
      const reference = `${target.reference.replace(/:v1$/, '')}@${digestOf(manifest)}`;
      t.is((await registry.resolve({ ...target, reference })).digest, digestOf(manifest));
    });
  });

  test(`${name}: a manifest comes as it was pushed, byte for byte`, async (t) => {
    await withImage(async ({ registry }, target) => {
      const bytes = await registry.manifest(target, await registry.resolve(target));
      t.deepEqual(Buffer.from(bytes), manifest);
    });
  });

  test(`${name}: a blob comes whole, from an offset, and empty at its end`, async (t) => {
    await withImage(async ({ registry }, target) => {
      t.true((await collect(await registry.blob(target, layerDescriptor, 0))).equals(layer));
      const rest = await collect(await registry.blob(target, layerDescriptor, 123_456));
      t.true(rest.equals(layer.subarray(123_456)));
      t.is((await collect(await registry.blob(target, layerDescriptor, layer.length))).length, 0);
    });
  });

  test(`${name}: a reader that stops early leaves nothing behind`, async (t) => {
    await withImage(async ({ registry }, target) => {
      for await (const piece of await registry.blob(target, layerDescriptor, 0)) {
        t.true(piece.length > 0);
        break;
      }
      t.is((await registry.resolve(target)).digest, digestOf(manifest));
    });
  });

  test(`${name}: what is not there is NotFound`, async (t) => {
    await withImage(async ({ registry }, target) => {
      const reference = target.reference.replace(/:v1$/, ':v2');
      t.is(await codeOf(registry.resolve({ ...target, reference })), 'NotFound');
      t.is(await codeOf(registry.manifest(target, { ...layerDescriptor, digest: MISSING })), 'NotFound');
      t.is(await codeOf(registry.blob(target, { ...layerDescriptor, digest: MISSING }, 0)), 'NotFound');
    });
  });

  test(`${name}: a bad reference is InvalidArgument`, async (t) => {
    await withImage(async ({ registry }, target) => {
      t.is(await codeOf(registry.resolve({ ...target, reference: 'localhost/UPPER:x y' })), 'InvalidArgument');
    });
  });

  test(`${name}: an aborted signal is Cancelled`, async (t) => {
    await withImage(async ({ registry }, target) => {
      t.is(await codeOf(registry.resolve(target, AbortSignal.abort())), 'Cancelled');
    });
  });

  test(`${name}: wrong credentials are Unauthorized and not in the message`, async (t) => {
    await withImage(async ({ registry, credentials }, target) => {
      if (credentials === undefined) {
        t.pass('this registry asks for none');
        return;
      }
      const wrong = { ...target, credentials: { username: credentials.username, password: 'wr0ng-Secret' } };
      const error = await t.throwsAsync(registry.resolve(wrong), { instanceOf: RuntimeError });
      t.is(error.code, 'Unauthorized');
      t.false(error.message.includes('wr0ng-Secret'));
    });
  });
}
