import test from 'ava';
import { randomBytes } from 'node:crypto';
import { isRuntimeError } from '../../../runtime/errors.ts';
import { buildBusyboxImage } from '../../../tools/busybox-image/image.ts';
import { startContainerd } from '../../support/containerd.ts';
import { openWorld } from '../../support/containerd-world.ts';
import { publish } from '../../support/test-image.ts';

const MIB = 1024 * 1024;

test('on a full disk a pull is ResourceExhausted, frees what it took, and smaller ones go on', async (t) => {
  await using daemon = await startContainerd({ diskBytes: 24 * MIB });
  await using world = await openWorld(daemon);
  const { images } = world.containerd;
  const large = { content: randomBytes(16 * MIB), mode: 0o644 };
  publish(world.registry, 'registry.test/large:1', [await buildBusyboxImage({ files: { '/large': large } })]);
  publish(world.registry, 'registry.test/small:1', [await buildBusyboxImage()]);
  const owner = { kind: 'Image', namespace: 'default', name: 'app', uid: 'uid' };
  const platform = `linux/${world.facts.architecture}`;
  const pull = (name: string) => {
    const request = { name, owner, labels: {}, reference: `registry.test/${name}:1`, platform, insecure: true };
    return images.pull(request, () => undefined);
  };
  const error: unknown = await pull('large').catch((failure: unknown) => failure);
  t.true(isRuntimeError(error, 'ResourceExhausted'), String(error));
  t.is(isRuntimeError(error) ? error.reason : undefined, 'DiskFull');
  t.deepEqual(await images.list(), []);
  t.true(await images.verify(await pull('small')), 'there is room again');
});
