/** What `receive` and `contentOf` of every Images port must do, with a small script as the builder. Run by the real containerd adapter and by the fake. */
import { create, toBinary } from '@bufbuild/protobuf';
import type { ExecutionContext, TestFn } from 'ava';
import { AbortRequestSchema } from '../../proto/gen/containerd/content_pb.ts';
import { RuntimeError } from '../../runtime/errors.ts';
import { ContentCallError, type ContentProxy } from '../../runtime/ports/content.ts';
import type { ImageRecord, Images, PullProgress, ReceiveRequest } from '../../runtime/ports/images.ts';
import { contentWriter } from '../support/content-writer.ts';
import { eventually } from '../support/eventually.ts';
import { tinyImage, tinyIndex, type TinyImage } from '../support/oci-image.ts';
import { rejects } from './containers.ts';

export interface ReceivingHarness extends AsyncDisposable {
  readonly images: Images;
  /** linux/<architecture> of this machine. */
  readonly platform: string;
  /** Digests of blobs and names of ingests, also of those that no record refers to. */
  store(): Promise<{ readonly blobs: readonly string[]; readonly ingests: readonly string[] }>;
  /** Runs the collector, where there is one. */
  collect(): Promise<void>;
}

const quiet = (): void => undefined;
const owner = { kind: 'Build', namespace: 'default', name: 'app', uid: 'uid-1' };
const labels = { 'tsmoby.dev/build-key': 'k' };
const NAME = 'tsmoby.dev/build/uid-1/1';

/** Writes a whole image, as a builder does that knows nothing of what is there. */
async function fillWith(content: ContentProxy, { blobs, root }: TinyImage): Promise<{ digest: string }> {
  const writer = contentWriter(content);
  for (const bytes of blobs.values()) await writer.write(bytes);
  return { digest: root.digest };
}

export function receivedImagesSuite(test: TestFn, name: string, factory: () => Promise<ReceivingHarness>): void {
  const row = (title: string, body: (t: ExecutionContext, harness: ReceivingHarness) => Promise<void>): void => {
    test(`received images, ${name}: ${title}`, async (t) => {
      await using harness = await factory();
      await body(t, harness);
    });
  };
  const requestOf = ({ platform }: ReceivingHarness, name = NAME): ReceiveRequest => ({
    name,
    owner,
    labels,
    platform,
  });
  const receive = (harness: ReceivingHarness, image: TinyImage, name = NAME): Promise<ImageRecord> =>
    harness.images.receive(requestOf(harness, name), (content) => fillWith(content, image), quiet);

  row('what was written is a record with owner, labels, digests and configuration', async (t, harness) => {
    const { images, platform } = harness;
    const image = await tinyImage({ cmd: ['sleep', '9'] });
    const record = await receive(harness, image);
    t.like(record, {
      name: NAME,
      owner,
      labels,
      platform,
      digest: image.root.digest,
      manifestDigest: image.root.digest,
    });
    t.deepEqual(record.config.cmd, ['sleep', '9']);
    t.true(record.sizeBytes > 0);
    t.deepEqual(await images.get(NAME), record);
    t.deepEqual(await images.list(), [record]);
    t.true(await images.verify(record));
    t.deepEqual((await harness.store()).ingests, []);
  });

  row('what is held outlives its record until the work with it ends', async (t, harness) => {
    const { images } = harness;
    const image = await tinyImage({ cmd: ['held'] });
    const record = await receive(harness, image);
    const isThere = async (): Promise<boolean> => (await harness.store()).blobs.includes(image.root.digest);
    const answer = await images.hold([record], async () => {
      await images.delete(NAME);
      await harness.collect();
      return isThere();
    });
    t.true(answer);
    await harness.collect();
    await rejects(
      t,
      images.hold([record], async () => 'work'),
      'NotFound',
    );
  });

  for (const form of ['tar', 'gzip', 'zstd'] as const) {
    for (const docker of [false, true]) {
      // Docker has no media type for it.
      if (docker && form === 'zstd') continue;
      row(`layers as ${form}, with the media types of ${docker ? 'docker' : 'OCI'}`, async (t, harness) => {
        const image = await tinyImage({ form, docker, layers: [{ 'etc/a': 'one' }, { 'etc/b': form }] });
        t.true(await harness.images.verify(await receive(harness, image)));
      });
    }
  }

  row('an image without any layer', async (t, harness) => {
    const record = await receive(harness, await tinyImage({ layers: [] }));
    t.is(record.chainId, '');
    t.true(await harness.images.verify(record));
  });

  row('of an index the own platform is unpacked, and all of it kept', async (t, harness) => {
    const here = await tinyImage();
    const elsewhere = await tinyImage({ architecture: 's390x', layers: [{ 'etc/far': 'away' }] });
    const index = tinyIndex([elsewhere, here]);
    const record = await receive(harness, index);
    t.is(record.digest, index.root.digest);
    t.is(record.manifestDigest, here.root.digest);
    await harness.collect();
    t.true(await harness.images.verify(record));
    t.deepEqual((await harness.store()).blobs.toSorted(), [...index.blobs.keys()].toSorted());
    await harness.images.delete(NAME);
  });

  row('an index without the own platform is NotFound, and nothing is left of it', async (t, harness) => {
    await rejects(t, receive(harness, tinyIndex([await tinyImage({ architecture: 's390x' })])), 'NotFound');
    t.deepEqual(await harness.images.list(), []);
    t.deepEqual(await harness.store(), { blobs: [], ingests: [] });
  });

  row('receiving the same again gives the same record, and no byte moves', async (t, harness) => {
    const image = await tinyImage();
    const first = await receive(harness, image);
    let moved = 0;
    const again = await harness.images.receive(
      requestOf(harness),
      async (content) => {
        for (const bytes of image.blobs.values()) moved += await contentWriter(content).write(bytes);
        return { digest: image.root.digest };
      },
      quiet,
    );
    t.deepEqual(again, first);
    t.is(moved, 0);
  });

  row('two receive the same at once, and do not need each other', async (t, harness) => {
    const image = await tinyImage();
    const [first, second] = await Promise.all([
      receive(harness, image, 'tsmoby.dev/build/uid-1/1'),
      receive(harness, image, 'tsmoby.dev/build/uid-2/1'),
    ]);
    t.is(first.chainId, second.chainId);
    await harness.images.delete(first.name);
    t.true(await harness.images.verify(second));
  });

  row('nothing outlives a builder that fails, whatever it had written or begun', async (t, harness) => {
    const image = await tinyImage();
    const failed = new RuntimeError('Unavailable', 'the builder went away');
    const received = harness.images.receive(
      requestOf(harness),
      async (content) => {
        await fillWith(content, image);
        await contentWriter(content).begin(Buffer.alloc(100_000, 1));
        t.is((await harness.store()).ingests.length, 1);
        throw failed;
      },
      quiet,
    );
    t.is(await t.throwsAsync(received), failed);
    await eventually('nothing is left', async () => {
      const { blobs, ingests } = await harness.store();
      return blobs.length === 0 && ingests.length === 0;
    });
    t.deepEqual(await harness.images.list(), []);
  });

  row('a failure does not touch what another image shares with it', async (t, harness) => {
    const image = await tinyImage();
    const record = await receive(harness, image);
    const fill = async (content: ContentProxy): Promise<never> => {
      await fillWith(content, image);
      throw new RuntimeError('Unavailable', 'the builder went away');
    };
    await rejects(t, harness.images.receive(requestOf(harness, 'other'), fill, quiet), 'Unavailable');
    t.true(await harness.images.verify(record));
  });

  row('aborting ends the calls of the builder, and receive is Cancelled', async (t, harness) => {
    const stop = new AbortController();
    const received = harness.images.receive(
      requestOf(harness),
      async (content) => {
        const writer = contentWriter(content);
        await writer.begin(Buffer.alloc(100_000, 2));
        stop.abort();
        await rejects(t, writer.write(Buffer.from('more')), 'Cancelled');
        return { digest: (await tinyImage()).root.digest };
      },
      quiet,
      stop.signal,
    );
    await rejects(t, received, 'Cancelled');
    await eventually('nothing is left', async () => (await harness.store()).ingests.length === 0);
  });

  row('a builder that did not write what it promised is Corrupt', async (t, harness) => {
    const image = await tinyImage();
    const fill = async (content: ContentProxy): Promise<{ digest: string }> => {
      for (const bytes of [...image.blobs.values()].slice(1)) await contentWriter(content).write(bytes);
      return { digest: image.root.digest };
    };
    await rejects(t, harness.images.receive(requestOf(harness), fill, quiet), 'Corrupt');
    t.deepEqual(await harness.images.list(), []);
  });

  row('the proxy is of no use any more when the builder is done', async (t, harness) => {
    let kept: ContentProxy | undefined;
    const image = await tinyImage();
    await harness.images.receive(requestOf(harness), (content) => fillWith((kept = content), image), quiet);
    await rejects(t, contentWriter(kept as ContentProxy).write(Buffer.from('late')), 'Cancelled');
  });

  row('the store answers with its numbers', async (t, harness) => {
    const image = await tinyImage();
    const fill = async (content: ContentProxy): Promise<{ digest: string }> => {
      const writer = contentWriter(content);
      t.is(await writer.info(`sha256:${'0'.repeat(64)}`), undefined);
      const abort = toBinary(AbortRequestSchema, create(AbortRequestSchema, { ref: 'nothing' }));
      const refused = await t.throwsAsync(writer.call('Abort', abort), { instanceOf: ContentCallError });
      t.is(refused.status, 5);
      return fillWith(content, image);
    };
    await harness.images.receive(requestOf(harness), fill, quiet);
  });

  row('progress ends with everything there and unpacked', async (t, harness) => {
    const told: PullProgress[] = [];
    const image = await tinyImage();
    await harness.images.receive(
      requestOf(harness),
      (content) => fillWith(content, image),
      (progress) => told.push(progress),
    );
    const last = told.at(-1);
    t.is(last?.phase, 'Unpacking');
    t.is(last?.layersDone, last?.layers);
    t.is(last?.completedBytes, last?.totalBytes);
  });

  row('the blobs of an image can be read, and no others', async (t, harness) => {
    const index = tinyIndex([await tinyImage()]);
    const other = await tinyImage({ layers: [{ 'etc/secret': 'of another' }] });
    const record = await receive(harness, index);
    await receive(harness, other, 'tsmoby.dev/build/uid-2/1');
    const proxy = harness.images.contentOf(record);
    t.deepEqual([...proxy.methods], ['Info', 'Read']);
    const reader = contentWriter(proxy);
    for (const [digest, bytes] of index.blobs) {
      t.is(await reader.info(digest), bytes.byteLength);
      t.deepEqual(await reader.read(digest), bytes);
    }
    t.is(await reader.info(other.root.digest), undefined);
    const refused = await t.throwsAsync(reader.read(other.root.digest), { instanceOf: ContentCallError });
    t.is(refused.status, 5);
    const unwritten = await t.throwsAsync(reader.write(Buffer.from('x')), { instanceOf: ContentCallError });
    t.is(unwritten.status, 12);
  });
}
