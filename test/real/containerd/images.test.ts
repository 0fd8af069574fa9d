import test from 'ava';
import { join } from 'node:path';
import { writeArchive } from '../../../tools/busybox-image/archive.ts';
import { imagesSuite, type ImagesHarness } from '../../suites/images.ts';
import { startContainerd, type TestContainerd } from '../../support/containerd.ts';
import { openWorld } from '../../support/containerd-world.ts';
import { buildTestImage, publish } from '../../support/test-image.ts';

let daemon: TestContainerd;

test.before(async () => {
  daemon = await startContainerd();
});

test.after.always(async () => {
  await daemon[Symbol.asyncDispose]();
});

async function harness(format: 'oci' | 'docker'): Promise<ImagesHarness> {
  const world = await openWorld(daemon);
  const { services, registry } = world;
  return {
    images: world.containerd.images,
    platform: `linux/${world.facts.architecture}`,
    publish: async (name, image) => {
      const reference = `registry.test/${name}`;
      publish(registry, reference, [await buildTestImage(image)], format === 'docker');
      return reference;
    },
    archive: async (name, image) => {
      const path = join(world.folder, `${name}.tar`);
      await writeArchive(path, [{ image: await buildTestImage(image), name: `test/${name}:1` }], format);
      return path;
    },
    damage: async ({ manifestDigest }) => {
      for await (const { info } of services.content.list({ filters: [] })) {
        for (const { digest, labels } of info) {
          if (digest !== manifestDigest && 'containerd.io/uncompressed' in labels)
            await services.content.delete({ digest });
        }
      }
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

imagesSuite(test, 'containerd, indexes and OCI archives', () => harness('oci'));
imagesSuite(test, 'containerd, bare manifests and docker archives', () => harness('docker'));
