import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import type { Container, Image } from '../../../schemas/gen/types.ts';
import { buildBusyboxImage, type BuiltImage } from '../../../tools/busybox-image/image.ts';
import { pushImage, pushIndex } from '../../../tools/busybox-image/push.ts';
import { isAlive } from '../../support/daemon/kernel.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import type { Space } from '../../support/daemon/space.ts';
import { eventually } from '../../support/eventually.ts';
import { AUTHORIZATION, startDockerRegistry, type DockerRegistry } from '../registry/docker-registry.ts';

const scenario = onDaemon(test);

let open: DockerRegistry;
let secured: DockerRegistry;
let image: BuiltImage;

test.before('two registries', async () => {
  [open, secured] = await Promise.all([startDockerRegistry(), startDockerRegistry({ auth: true })]);
  image = await marked('pulled');
});

test.after.always('the registries are gone', async () => {
  await open?.[Symbol.asyncDispose]();
  await secured?.[Symbol.asyncDispose]();
});

/** An image that says what it is, on the same first layer as all others. */
const marked = (text: string, architecture?: string): Promise<BuiltImage> =>
  buildBusyboxImage({
    files: { 'etc/mark': text },
    ...(architecture === undefined ? {} : { architecture }),
  });

const push = (registry: DockerRegistry, tag: string, what: BuiltImage, authorization?: string): Promise<string> =>
  pushImage(
    {
      registry: `http://${registry.host}`,
      repository: 'team/app',
      tag,
      ...(authorization === undefined ? {} : { authorization }),
    },
    what,
  );

const declare = (space: Space, name: string, spec: object): Promise<Image> =>
  space.apply<Image>({ kind: 'Image', name, spec });

const mark = (space: Space, name: string, reference: string): Promise<string> =>
  space.shell(name, 'cat /etc/mark', { image: reference });

async function login(space: Space, host: string, password: string): Promise<void> {
  const config = { auths: { [host]: { username: 'reader', password } } };
  await space.apply({
    kind: 'Secret',
    name: 'login',
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': JSON.stringify(config) },
  });
}

scenario('a tag and a digest are pulled, and a container runs what came', async (t, space) => {
  const digest = await push(open, 'v1', image);
  const byTag = `${open.host}/team/app:v1`;
  const byDigest = `${open.host}/team/app@${digest}`;
  await declare(space, 'tag', { reference: byTag });
  await declare(space, 'digest', { reference: byDigest });
  const [tag, exact] = [await space.ready<Image>('Image', 'tag'), await space.ready<Image>('Image', 'digest')];
  t.is(tag.status?.digest, digest);
  t.is(exact.status?.digest, digest);
  t.is(tag.status?.reference, byTag);
  t.true((tag.status?.sizeBytes ?? 0) > 100_000);
  t.is(await mark(space, 'one', byTag), 'pulled');
  t.is(await mark(space, 'two', byDigest), 'pulled');
});

scenario('a container that names a reference gets its Image made, and taken away with it', async (t, space) => {
  await push(open, 'v2', image);
  const reference = `${open.host}/team/app:v2`;
  await space.container('web', { image: reference, command: ['sleep', '600'] });
  await space.running('web');
  const images = async (): Promise<readonly string[]> => {
    const kind = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Image' };
    const { items } = await space.daemon.client.list<Image>(kind, { namespace: space.namespace });
    return items.map(({ spec }) => spec.reference ?? '');
  };
  t.deepEqual((await images()).toSorted(), ['busybox', reference].toSorted());
  await space.remove('Container', 'web');
  await eventually('its image is gone', async () => (await images()).length === 1);
});

scenario('of an index the image of this machine is taken, or the one that is asked for', async (t, space) => {
  const other = process.arch === 'x64' ? 'arm64' : 'amd64';
  const [own, foreign] = [await marked('own'), await marked('foreign', other)];
  const target = { registry: `http://${open.host}`, repository: 'team/multi', tag: 'v1' };
  const digest = await pushIndex(target, [foreign, own]);
  const reference = `${open.host}/team/multi:v1`;
  await declare(space, 'multi', { reference });
  await declare(space, 'foreign', { reference, platform: `linux/${other}` });
  await declare(space, 'missing', { reference, platform: 'linux/riscv64' });
  const multi = await space.ready<Image>('Image', 'multi');
  t.is(multi.status?.digest, digest);
  t.is(multi.status?.manifestDigest, own.manifest.digest);
  t.is((await space.ready<Image>('Image', 'foreign')).status?.manifestDigest, foreign.manifest.digest);
  const missing = await space.until<Image>('Image', 'missing', 'is told', (object) =>
    /PlatformNotFound/.test(JSON.stringify(object.status?.conditions)),
  );
  t.regex(JSON.stringify(missing.status?.conditions), /riscv64/);
});

scenario('a private image needs its Secret, and comes as soon as the right one is there', async (t, space) => {
  await push(secured, 'v1', image, AUTHORIZATION);
  const reference = `${secured.host}/team/app:v1`;
  await declare(space, 'private', { reference });
  t.truthy(await space.condition('Image', 'private', 'Reconciling', 'Unauthorized'));
  await declare(space, 'private', { reference, imagePullSecrets: [{ name: 'login' }] });
  t.regex((await space.condition('Image', 'private', 'Reconciling', 'SecretNotFound')).message, /login/);
  await login(space, secured.host, 'wrong-Word-for-it');
  const refused = await space.condition('Image', 'private', 'Reconciling', 'Unauthorized');
  t.false(JSON.stringify(refused).includes('wrong-Word-for-it'));
  await login(space, secured.host, 's3cret-Word');
  await space.ready('Image', 'private');
  t.is(await mark(space, 'run', reference), 'pulled');
  t.false((await space.daemon.output()).includes('s3cret-Word'));
});

scenario('an image that does not exist is told, and found when it is pushed', async (t, space) => {
  await declare(space, 'later', { reference: `${open.host}/team/app:later` });
  t.regex((await space.condition('Image', 'later', 'Reconciling', 'ImageNotFound')).message, /later/);
  await space.container('web', { image: `${open.host}/team/app:later`, command: ['sleep', '600'] });
  const waiting = await space.condition('Container', 'web', 'Reconciling', 'ErrImagePull');
  t.regex(waiting.message, /ImageNotFound/);
  await push(open, 'later', image);
  await space.ready('Image', 'later');
  t.is((await space.running('web')).status?.restartCount, 0);
});

scenario('a reference that cannot be read stalls, and another one cures it', async (t, space) => {
  await declare(space, 'bad', { reference: 'Not A Reference' });
  t.truthy(await space.condition('Image', 'bad', 'Stalled', 'InvalidImageName'));
  await push(open, 'v1', image);
  await declare(space, 'bad', { reference: `${open.host}/team/app:v1` });
  await space.ready('Image', 'bad');
});

scenario('pull policies: Never takes what is here, Always asks when the object changes', async (t, space) => {
  const reference = `${open.host}/team/app:moving`;
  const first = await push(open, 'moving', await marked('first'));
  await declare(space, 'never', { reference, pullPolicy: 'Never' });
  t.truthy(await space.condition('Image', 'never', 'Reconciling', 'ErrImageNeverPull'));
  await space.remove('Image', 'never');
  await declare(space, 'moving', { reference, pullPolicy: 'Always' });
  t.is((await space.ready<Image>('Image', 'moving')).status?.digest, first);
  const second = await push(open, 'moving', await marked('second'));
  await space.apply({
    kind: 'Image',
    name: 'moving',
    annotations: { 'tsmoby.dev/pull-request': new Date().toISOString() },
    spec: { reference, pullPolicy: 'Always' },
  });
  const moved = await space.until<Image>('Image', 'moving', 'is the second', ({ status }) => status?.digest === second);
  t.is(moved.status?.digest, second);
  await space.container('follows', {
    imageFrom: { kind: 'Image', name: 'moving' },
    command: ['sh', '-c', 'cat /etc/mark; sleep 600'],
  });
  await space.running('follows');
  const third = await push(open, 'moving', await marked('third'));
  await space.apply({
    kind: 'Image',
    name: 'moving',
    annotations: { 'tsmoby.dev/pull-request': new Date(Date.now() + 1000).toISOString() },
    spec: { reference, pullPolicy: 'Always' },
  });
  await space.until<Container>(
    'Container',
    'follows',
    'runs the third',
    ({ status }) => status?.imageID === third && status.state?.running !== undefined,
  );
  await eventually('it reads the third', async () => (await space.logs('follows')) === 'third');
});

scenario(
  'deleting an Image frees its content at once, unless an instance holds it; layers are shared',
  async (t, space) => {
    const digest = await push(open, 'held', await marked('held'));
    await push(open, 'free', await marked('free'));
    await declare(space, 'held', { reference: `${open.host}/team/app:held` });
    await declare(space, 'free', { reference: `${open.host}/team/app:free` });
    await Promise.all(['held', 'free'].map((name) => space.ready('Image', name)));
    const holdings = () => space.daemon.containerd.holdings();
    // busybox, held and free stand on one layer: three top layers and the common one.
    t.is((await holdings()).snapshots.length, 3);
    await space.container('user', {
      imageFrom: { kind: 'Image', name: 'held' },
      command: ['sh', '-c', 'cat /etc/mark; sleep 600'],
    });
    const { status } = await space.running('user');
    await space.remove('Image', 'free');
    await space.remove('Image', 'held');
    const after = await holdings();
    t.is(after.images.length, 1);
    t.true(after.content.includes(digest));
    t.is(after.snapshots.length, 3, 'the common layer, that of `held`, and the container’s');
    process.kill(status?.pid ?? 0, 'SIGKILL');
    const again = await space.until<Container>('Container', 'user', 'runs again without its Image', (object) => {
      return object.status?.state?.running !== undefined && object.status.pid !== status?.pid;
    });
    t.true(isAlive(again.status?.pid ?? 0));
    await space.remove('Container', 'user');
    await eventually('nothing of it is left', async () => !(await holdings()).content.includes(digest));
  },
);

scenario('content that is not what its digest says is refused, and nothing of it is kept', async (t, space) => {
  await using registry = await lyingRegistry(image);
  await declare(space, 'lie', { reference: `${registry.host}/team/app:v1` });
  await space.condition('Image', 'lie', 'Ready', 'DigestMismatch');
  t.is((await space.daemon.containerd.holdings()).images.length, 1);
});

scenario(
  'a registry that hangs keeps nobody else waiting, and another reference or the end of the object helps at once',
  async (t, space) => {
    await using registry = await hangingRegistry();
    for (let index = 0; index < 3; index += 1)
      await declare(space, `hangs-${index}`, { reference: `${registry.host}/team/app:v${index}` });
    await space.condition('Image', 'hangs-0', 'Reconciling', 'ImagePulling');
    await push(open, 'v1', image);
    await declare(space, 'works', { reference: `${open.host}/team/app:v1` });
    await space.ready('Image', 'works');
    const started = performance.now();
    await declare(space, 'hangs-0', { reference: `${open.host}/team/app:v1` });
    await space.ready('Image', 'hangs-0');
    await space.remove('Image', 'hangs-1');
    t.true(performance.now() - started < 60_000);
  },
);

interface Endpoint extends AsyncDisposable {
  readonly host: string;
}

async function listening(server: Server): Promise<Endpoint> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const hangingRegistry = (): Promise<Endpoint> => listening(createServer(() => undefined));

/** Sends every layer with one byte changed. */
function lyingRegistry({ manifest, config, blobs }: BuiltImage): Promise<Endpoint> {
  return listening(
    createServer((request, response) => {
      const digest = /\/blobs\/(.*)$/.exec(request.url ?? '')?.[1];
      const bytes = blobs.get(digest ?? manifest.digest);
      if (request.url === '/v2/' || bytes === undefined) {
        response.end();
        return;
      }
      const honest = digest === undefined || digest === config.digest;
      const body = Buffer.from(bytes);
      if (!honest) body.writeUInt8(body.readUInt8(20) ^ 0xff, 20);
      response.setHeader('content-type', digest === undefined ? manifest.mediaType : 'application/octet-stream');
      response.setHeader('docker-content-digest', digest ?? manifest.digest);
      response.setHeader('content-length', body.length);
      response.end(request.method === 'HEAD' ? undefined : body);
    }),
  );
}
