import test from 'ava';
import { createRegistry } from '../../../runtime/registry/create.ts';
import { buildBusyboxImage } from '../../../tools/busybox-image/image.ts';
import { pushImage, pushIndex } from '../../../tools/busybox-image/push.ts';
import { startContainerd } from '../../support/containerd.ts';
import { openWorld, rootOf } from '../../support/containerd-world.ts';
import { instanceSpec } from '../../suites/containers.ts';
import { startDockerRegistry } from '../registry/docker-registry.ts';

test('an image of a real registry is pulled by tag and by digest, and runs', async (t) => {
  await using daemon = await startContainerd();
  await using server = await startDockerRegistry();
  using port = createRegistry({ clock: Date, timers: { after: afterDelay }, random: Math.random });
  await using world = await openWorld(daemon, { port });
  const { images, containers } = world.containerd;
  const registry = `http://${server.host}`;
  const image = await buildBusyboxImage({ files: { '/etc/who': { content: 'me', mode: 0o644 } } });
  const foreign = await buildBusyboxImage({ architecture: 's390x' });
  const single = await pushImage({ registry, repository: 'team/app', tag: '1' }, image);
  const index = await pushIndex({ registry, repository: 'team/app', tag: 'all' }, [foreign, image]);
  const owner = { kind: 'Image', namespace: 'default', name: 'app', uid: 'uid' };
  const platform = `linux/${world.facts.architecture}`;
  for (const [suffix, digest] of [
    [':1', single],
    [`@${single}`, single],
    [':all', index],
    [`:all@${index}`, index],
  ] as const) {
    const reference = `${server.host}/team/app${suffix}`;
    const request = { name: `image${suffix.length}`, owner, labels: {}, reference, platform, insecure: false };
    const record = await images.pull(request, () => undefined);
    t.is(record.digest, digest, suffix);
    t.is(record.manifestDigest, single);
    t.true(await images.verify(record));
    t.is(String((await images.readFiles(record, ['/etc/who'])).get('/etc/who')), 'me');
    const id = `instance${suffix.length}`;
    await containers.create(instanceSpec(id, rootOf(record), ['sleep', 'infinity']));
    t.true((await containers.start(id, await world.stdio(id))).pid > 0);
  }
});

function afterDelay(milliseconds: number, wake: () => void): Disposable {
  const timer = setTimeout(wake, milliseconds);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
