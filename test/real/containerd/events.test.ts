import test from 'ava';
import { eventsSuite } from '../../suites/events.ts';
import { instanceSpec } from '../../suites/containers.ts';
import { startContainerd } from '../../support/containerd.ts';
import { openWorld, rootOf } from '../../support/containerd-world.ts';

eventsSuite(test, 'containerd', async () => {
  const daemon = await startContainerd();
  const world = await openWorld(daemon);
  const image = await world.loadBusybox();
  const { containers, events } = world.containerd;
  let count = 0;
  return {
    events,
    changeInstance: async () => {
      const id = `instance-${count++}`;
      await containers.create(instanceSpec(id, rootOf(image), ['sleep', 'infinity']));
      await containers.updateLabels(id, { changed: 'yes' });
      return id;
    },
    changeImage: async () => (await world.loadBusybox(`image-${count++}`)).name,
    stop: () => daemon.kill(),
    start: () => daemon.start(),
    [Symbol.asyncDispose]: async () => {
      await world[Symbol.asyncDispose]();
      await daemon[Symbol.asyncDispose]();
    },
  };
});
