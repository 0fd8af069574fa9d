import { create, toBinary } from '@bufbuild/protobuf';
import test from 'ava';
import { WriteAction, WriteContentRequestSchema } from '../../../proto/gen/containerd/content_pb.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { ContentProxy } from '../../../runtime/ports/content.ts';
import { rejects } from '../../suites/containers.ts';
import { receivedImagesSuite, type ReceivingHarness } from '../../suites/received-images.ts';
import { startContainerd, type TestContainerd } from '../../support/containerd.ts';
import { openWorld, type ContainerdWorld } from '../../support/containerd-world.ts';
import { contentWriter } from '../../support/content-writer.ts';
import { tinyImage, tinyIndex } from '../../support/oci-image.ts';

let daemon: TestContainerd;

test.before(async () => {
  daemon = await startContainerd();
});

test.after.always(async () => {
  await daemon[Symbol.asyncDispose]();
});

receivedImagesSuite(test, 'containerd', async (): Promise<ReceivingHarness> => {
  const world = await openWorld(daemon);
  const { services } = world;
  return {
    images: world.containerd.images,
    platform: `linux/${world.facts.architecture}`,
    store: async () => {
      const blobs: string[] = [];
      for await (const { info } of services.content.list({ filters: [] }))
        blobs.push(...info.map(({ digest }) => digest));
      const { statuses } = await services.content.listStatuses({ filters: [] });
      return { blobs, ingests: statuses.map(({ ref }) => ref) };
    },
    collect: () => world.collectGarbage(),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
});

const owner = { kind: 'Build', namespace: 'default', name: 'app', uid: 'uid-1' };
const quiet = (): void => undefined;
const requestOf = (world: ContainerdWorld, name: string) => ({
  name,
  owner,
  labels: {},
  platform: `linux/${world.facts.architecture}`,
});

test('a blob that a builder only asks about stays until its build is done, though its image is deleted', async (t) => {
  await using world = await openWorld(daemon);
  const { images } = world.containerd;
  const image = await tinyImage({ layers: [{ 'etc/asked': 'about' }] });
  const write = async (content: ContentProxy): Promise<{ digest: string }> => {
    for (const bytes of image.blobs.values()) await contentWriter(content).write(bytes);
    return { digest: image.root.digest };
  };
  await images.receive(requestOf(world, 'first'), write, quiet);
  const asked = async (content: ContentProxy): Promise<{ digest: string }> => {
    for (const [digest, bytes] of image.blobs) t.is(await contentWriter(content).info(digest), bytes.byteLength);
    await images.delete('first');
    await world.collectGarbage();
    return { digest: image.root.digest };
  };
  t.true(await images.verify(await images.receive(requestOf(world, 'second'), asked, quiet)));
});

test('images are received while the collector never stops', async (t) => {
  await using world = await openWorld(daemon);
  const { images } = world.containerd;
  const stop = new AbortController();
  const collecting = (async () => {
    while (!stop.signal.aborted) await world.collectGarbage();
  })();
  try {
    for (let n = 0; n < 5; n++) {
      const image = tinyIndex([await tinyImage({ layers: [{ 'etc/n': `${n}` }, { 'etc/m': `${n}` }] })]);
      const fill = async (content: ContentProxy): Promise<{ digest: string }> => {
        for (const bytes of image.blobs.values()) {
          await contentWriter(content).write(bytes);
          await world.collectGarbage();
        }
        return { digest: image.root.digest };
      };
      const record = await images.receive(requestOf(world, `n-${n}`), fill, quiet);
      await world.collectGarbage();
      t.true(await images.verify(record));
    }
  } finally {
    stop.abort();
    await collecting;
  }
});

test('a builder is not taken more of than containerd has taken', async (t) => {
  await using world = await openWorld(daemon);
  const { images } = world.containerd;
  const block = Buffer.alloc(1024 * 1024, 7);
  const blocks = 192;
  let given = 0;
  let ahead = 0;
  const fill = async (content: ContentProxy): Promise<{ digest: string }> => {
    let taken = 0;
    const requests = async function* () {
      const of = (init: object) =>
        toBinary(WriteContentRequestSchema, create(WriteContentRequestSchema, { ref: 'large', ...init }));
      for (; given < blocks; given++) {
        ahead = Math.max(ahead, given - taken);
        yield of({ action: WriteAction.WRITE, offset: BigInt(given * block.byteLength), data: block });
      }
    };
    for await (const _ of content.call('Write', requests(), new AbortController().signal))
      if (++taken === blocks) break;
    throw new RuntimeError('Cancelled', 'that was all');
  };
  await rejects(t, images.receive(requestOf(world, 'large'), fill, quiet), 'Cancelled');
  t.is(given, blocks);
  t.true(ahead < 32, `${ahead} MiB were under way`);
});
