import { createHash } from 'node:crypto';
import test from 'ava';
import { systemTimers } from '../../../controllers/engine/timers.ts';
import type { FakeImage } from '../../../runtime/fake/catalogue.ts';
import { createFakeRuntime, type FakeRuntime } from '../../../runtime/fake/create.ts';
import type { ImageRecord } from '../../../runtime/ports/images.ts';
import { containersSuite, instanceSpec, type ContainersFactory } from '../../suites/containers.ts';
import { eventsSuite } from '../../suites/events.ts';
import { execSuite } from '../../suites/exec.ts';
import { imagesSuite, type TestImage } from '../../suites/images.ts';
import { receivedImagesSuite } from '../../suites/received-images.ts';
import { limits, logsSuite } from '../../suites/logs.ts';

const platform = 'linux/amd64';
const owner = { kind: 'Image', namespace: 'default', name: 'app', uid: 'uid-1' };

const create = (): FakeRuntime => createFakeRuntime({ clock: { now: () => Date.now() }, timers: systemTimers });

async function pullBusybox({ controls, images }: FakeRuntime, name = 'busybox'): Promise<ImageRecord> {
  controls.addImage('fake.example/busybox:1');
  const request = { name, owner, labels: {}, reference: 'fake.example/busybox:1', platform, insecure: false };
  return await images.pull(request, () => {});
}

const rootOf = ({ chainId, manifestDigest, snapshotter }: ImageRecord) => ({
  chainId,
  manifestDigest,
  snapshotter,
  readOnly: false,
});

const containersFactory: ContainersFactory = async () => {
  const runtime = create();
  const { containers, controls, logs } = runtime;
  const image = await pullBusybox(runtime);
  let runs = 0;
  return {
    containers,
    root: rootOf(image),
    stdio: (id) => logs.open({ log: id, run: runs++ }, limits),
    behind: {
      killTask: async (id, signal) => controls.killTask(id, signal),
      deleteTask: async (id) => controls.deleteTask(id),
      deleteRecord: async (id) => controls.deleteRecord(id),
    },
    async [Symbol.asyncDispose]() {
      for (const { id } of await containers.list()) await containers.delete(id);
    },
  };
};

containersSuite(test, 'fake', containersFactory);
execSuite(test, 'fake', containersFactory);

/** Equal images have equal digests. */
function fakeImage({ cmd, user, files, platform: only }: TestImage): FakeImage {
  const hash = createHash('sha256').update(JSON.stringify([cmd, user, files, only]));
  return {
    config: { ...(cmd === undefined ? {} : { cmd }), ...(user === undefined ? {} : { user }) },
    ...(files === undefined ? {} : { files }),
    ...(only === undefined ? {} : { platforms: [only] }),
    version: hash.digest().readUInt32BE(),
  };
}

imagesSuite(test, 'fake', async () => {
  const { images, controls, files } = create();
  return {
    images,
    platform,
    async publish(name, image) {
      const reference = `fake.example/${name}`;
      controls.addImage(reference, fakeImage(image));
      return reference;
    },
    async archive(name, image) {
      controls.addArchive(`/archives/${name}.tar`, fakeImage(image));
      return `/archives/${name}.tar`;
    },
    damage: async ({ name }) => controls.damageImage(name),
    async readCopied(path) {
      const content = await files.read(path);
      return content === undefined ? undefined : Buffer.from(content).toString();
    },
    async [Symbol.asyncDispose]() {},
  };
});

receivedImagesSuite(test, 'fake', async () => {
  const { images } = create();
  return {
    images,
    platform: `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`,
    store: async () => ({ blobs: [...images.content.blobs.keys()], ingests: [...images.content.ingests.keys()] }),
    async collect() {},
    async [Symbol.asyncDispose]() {},
  };
});

eventsSuite(test, 'fake', async () => {
  const runtime = create();
  const { events, containers, controls } = runtime;
  const image = await pullBusybox(runtime);
  let count = 0;
  return {
    events,
    async changeInstance() {
      const id = `instance-${count++}`;
      await containers.create(instanceSpec(id, rootOf(image), ['sleep', 'infinity']));
      await containers.updateLabels(id, { changed: 'yes' });
      return id;
    },
    changeImage: async () => (await pullBusybox(runtime, `image-${count++}`)).name,
    stop: async () => controls.setUnavailable(true),
    start: async () => controls.setUnavailable(false),
    async [Symbol.asyncDispose]() {},
  };
});

logsSuite(test, 'logs, fake', async () => {
  const { logs } = create();
  return {
    logs,
    async writer(paths) {
      const text = (bytes: string | Uint8Array): string => Buffer.from(bytes).toString();
      return {
        async stdout(bytes) {
          logs.print(paths.stdout, 'stdout', text(bytes));
        },
        async stderr(bytes) {
          logs.print(paths.stderr, 'stderr', text(bytes));
        },
        async close() {},
      };
    },
    async [Symbol.asyncDispose]() {},
  };
});
