import test from 'ava';
import { containersSuite } from '../../suites/containers.ts';
import { startContainerd, type TestContainerd } from '../../support/containerd.ts';
import { deleteTaskBehind, openWorld, rootOf } from '../../support/containerd-world.ts';

let daemon: TestContainerd;

test.before(async () => {
  daemon = await startContainerd();
});

test.after.always(async () => {
  await daemon[Symbol.asyncDispose]();
});

for (const snapshotter of ['overlayfs', 'native']) {
  containersSuite(test, `containerd on ${snapshotter}`, async () => {
    const world = await openWorld(daemon, { snapshotter });
    const { services } = world;
    return {
      containers: world.containerd.containers,
      root: rootOf(await world.loadBusybox()),
      stdio: (id) => world.stdio(id),
      behind: {
        killTask: async (id, signal) => {
          const { process: task } = await services.tasks.get({ containerId: id });
          process.kill(task?.pid ?? 0, signal);
        },
        deleteTask: (id) => deleteTaskBehind(services, id),
        deleteRecord: async (id) => {
          await deleteTaskBehind(services, id);
          await services.containers.delete({ id });
        },
      },
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    };
  });
}
