/** What every Images port must do. Run by the real containerd adapter and by the fake. */
import type { ExecutionContext, TestFn } from 'ava';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageRecord, Images, PullProgress, PullRequest } from '../../runtime/ports/images.ts';
import { makeFolder } from '../support/interruption.ts';
import { rejects } from './containers.ts';

/** What an image of a test holds. */
export interface TestImage {
  readonly cmd?: readonly string[];
  readonly user?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Default: this machine's, linux/<architecture>. */
  readonly platform?: string;
}

export interface ImagesHarness extends AsyncDisposable {
  readonly images: Images;
  /** linux/<architecture> of this machine. */
  readonly platform: string;
  /** Puts an image where `pull` finds it, and answers its reference. Equal images are equal content. */
  publish(reference: string, image: TestImage): Promise<string>;
  /** Writes an archive, and answers its path. */
  archive(name: string, image: TestImage): Promise<string>;
  /** Takes a part of the image's content away, not through the port. */
  damage(record: ImageRecord): Promise<void>;
  /** Reads a file that copyDirectory wrote; undefined when there is none. Absent: real files. */
  readonly readCopied?: (path: string) => Promise<string | undefined>;
}

const quiet = (): void => undefined;
const owner = { kind: 'Image', namespace: 'default', name: 'app', uid: 'uid-1' };
const labels = { 'tsmoby.dev/reference': 'app:1', 'tsmoby.dev/spec-hash': 'h' };

export function imagesSuite(test: TestFn, name: string, factory: () => Promise<ImagesHarness>): void {
  const row = (title: string, body: (t: ExecutionContext, harness: ImagesHarness) => Promise<void>): void => {
    test(`images, ${name}: ${title}`, async (t) => {
      await using harness = await factory();
      await body(t, harness);
    });
  };
  const requestOf = ({ platform }: ImagesHarness, reference: string, name = 'image/uid-1'): PullRequest => ({
    name,
    owner,
    labels,
    reference,
    platform,
    insecure: true,
  });

  row('a pulled image is a record with owner, labels, digests and configuration', async (t, harness) => {
    const { images } = harness;
    const reference = await harness.publish('app:1', { cmd: ['sleep', '9'], user: 'app' });
    const request = requestOf(harness, reference);
    const record = await images.pull(request, quiet);
    t.like(record, { name: 'image/uid-1', owner, labels, platform: harness.platform });
    t.like(record.config, { cmd: ['sleep', '9'], user: 'app' });
    for (const digest of [record.digest, record.manifestDigest, record.chainId])
      t.regex(digest, /^sha256:[0-9a-f]{64}$/);
    t.true(record.sizeBytes > 0);
    t.deepEqual(await images.get('image/uid-1'), record);
    t.deepEqual(await images.list(), [record]);
    t.deepEqual(await images.resolve(request), { digest: record.digest });
    t.true(await images.verify(record));
  });

  row('pulling again gives the same record', async (t, harness) => {
    const request = requestOf(harness, await harness.publish('app:1', {}));
    const first = await harness.images.pull(request, quiet);
    t.deepEqual(await harness.images.pull(request, quiet), first);
    t.is((await harness.images.list()).length, 1);
  });

  row('a tag that moves moves the record', async (t, harness) => {
    const request = requestOf(harness, await harness.publish('app:1', { cmd: ['one'] }));
    const first = await harness.images.pull(request, quiet);
    await harness.publish('app:1', { cmd: ['two'] });
    t.not((await harness.images.resolve(request)).digest, first.digest);
    const second = await harness.images.pull(request, quiet);
    t.not(second.digest, first.digest);
    t.deepEqual(second.config.cmd, ['two']);
    t.deepEqual(await harness.images.list(), [second]);
  });

  row('a loaded archive is a record', async (t, harness) => {
    const { images, platform } = harness;
    const path = await harness.archive('app', { cmd: ['sleep', '9'], files: { '/etc/x': 'hello' } });
    const request = { name: 'image/uid-2', owner, labels, path, platform };
    const record = await images.load(request, quiet);
    t.like(record, { name: 'image/uid-2', owner, labels, platform });
    t.deepEqual(record.config.cmd, ['sleep', '9']);
    t.deepEqual(await images.load(request, quiet), record);
    t.deepEqual(await images.get('image/uid-2'), record);
    t.true(await images.verify(record));
  });

  row('what is not there is NotFound', async (t, harness) => {
    const { images, platform } = harness;
    const reference = (await harness.publish('app:1', {})).replace(/app:1$/, 'nothing:1');
    await rejects(t, images.pull(requestOf(harness, reference), quiet), 'NotFound');
    await rejects(t, images.resolve(requestOf(harness, reference)), 'NotFound');
    await rejects(t, images.load({ name: 'n', owner, labels, path: '/nonexistent.tar', platform }, quiet), 'NotFound');
    t.is(await images.get('n'), undefined);
    t.deepEqual(await images.list(), []);
  });

  row('an image for other platforms is NotFound', async (t, harness) => {
    const reference = await harness.publish('app:1', { platform: 'linux/s390x' });
    await rejects(t, harness.images.pull(requestOf(harness, reference), quiet), 'NotFound');
    t.deepEqual(await harness.images.list(), []);
  });

  row('deleting is done once and for all', async (t, harness) => {
    const { images } = harness;
    const request = requestOf(harness, await harness.publish('app:1', {}));
    await images.pull(request, quiet);
    await images.delete(request.name);
    t.is(await images.get(request.name), undefined);
    await images.delete(request.name);
    t.deepEqual(await images.list(), []);
    t.true(await images.verify(await images.pull(request, quiet)));
  });

  row('two records of one content do not need each other', async (t, harness) => {
    const { images } = harness;
    const reference = await harness.publish('app:1', {});
    const first = await images.pull(requestOf(harness, reference, 'image/uid-1'), quiet);
    const second = await images.pull(requestOf(harness, reference, 'image/uid-2'), quiet);
    t.is(first.chainId, second.chainId);
    await images.delete('image/uid-1');
    t.true(await images.verify(second));
    t.deepEqual(await images.list(), [second]);
  });

  row('damage is seen, and a pull mends it', async (t, harness) => {
    const { images } = harness;
    const request = requestOf(harness, await harness.publish('app:1', {}));
    const record = await images.pull(request, quiet);
    await harness.damage(record);
    t.false(await images.verify(record));
    t.true(await images.verify(await images.pull(request, quiet)));
  });

  row('progress ends with everything there and unpacked', async (t, harness) => {
    const told: PullProgress[] = [];
    const request = requestOf(harness, await harness.publish('app:1', { files: { '/a': 'b' } }));
    await harness.images.pull(request, (progress) => told.push(progress));
    const last = told.at(-1);
    t.is(last?.phase, 'Unpacking');
    t.is(last?.layersDone, last?.layers);
    t.is(last?.completedBytes, last?.totalBytes);
    t.true((last?.totalBytes ?? 0) > 0);
  });

  row('small files are read, and missing ones left out', async (t, harness) => {
    const reference = await harness.publish('app:1', { files: { '/etc/who': 'me', '/etc/what': 'it' } });
    const record = await harness.images.pull(requestOf(harness, reference), quiet);
    for (let time = 0; time < 2; time++) {
      const files = await harness.images.readFiles(record, ['/etc/who', '/etc/nothing', '/etc/what']);
      const texts = [...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]);
      t.deepEqual(texts, [
        ['/etc/who', 'me'],
        ['/etc/what', 'it'],
      ]);
    }
  });

  row('a directory is copied, and one that is not there is no error', async (t, harness) => {
    const folder = await makeFolder(join(tmpdir(), 'tsm-copy-'));
    const read = harness.readCopied ?? ((path: string) => readFile(path, 'utf8').catch(() => undefined));
    try {
      const reference = await harness.publish('app:1', { files: { '/srv/data/a': 'A', '/srv/data/b/c': 'C' } });
      const record = await harness.images.pull(requestOf(harness, reference), quiet);
      await harness.images.copyDirectory(record, '/srv/nothing', folder);
      await harness.images.copyDirectory(record, '/srv/data', folder);
      t.deepEqual([await read(`${folder}/a`), await read(`${folder}/b/c`)], ['A', 'C']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  row('an aborted signal is Cancelled', async (t, harness) => {
    await rejects(t, harness.images.list(AbortSignal.abort()), 'Cancelled');
  });
}
