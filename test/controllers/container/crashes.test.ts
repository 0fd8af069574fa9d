import test, { type ExecutionContext } from 'ava';
import type { ObjectInput } from '../../../schemas/object.ts';
import type { ConfigMap, Volume } from '../../../schemas/gen/types.ts';
import { CONFIG_MAP, ContainerWorld, ref, VOLUME } from '../../support/container-world.ts';
import { LossyPorts } from '../../support/lossy-ports.ts';
import { turns } from '../../support/turns.ts';

type Phase = 'start' | 'repair' | 'end';

/** The calls on the road from nothing to a running container, over its death, to its end, and where each is made. */
const CALLS: Readonly<Record<string, readonly Phase[]>> = {
  'containers.list': ['start'],
  'containers.get': ['repair'],
  'containers.create': ['start'],
  'containers.start': ['start', 'repair'],
  'containers.oomKills': ['repair'],
  'containers.deleteTask': ['repair'],
  'containers.kill': ['end'],
  'containers.delete': ['end'],
  'images.get': ['start'],
  'images.pull': ['start'],
  'images.verify': ['start'],
  'images.readFiles': ['start'],
  'images.copyDirectory': ['start'],
  'images.delete': ['end'],
  'logs.open': ['start', 'repair'],
  'logs.drain': ['repair', 'end'],
  'logs.remove': ['end'],
  'sandboxes.ensure': ['start', 'repair'],
  'sandboxes.remove': ['end'],
  'volumes.project': ['start', 'repair'],
  'volumes.ensureScratch': ['start', 'repair'],
  'volumes.resetScratchFile': ['start', 'repair'],
  'volumes.readScratchFile': ['repair'],
  'volumes.resolveSubPath': ['start', 'repair'],
  'volumes.ensureDirectory': ['start'],
  'volumes.statDirectory': ['start', 'repair'],
  'volumes.populate': ['start'],
  'volumes.leftovers': ['end'],
  'volumes.removeProjection': ['end'],
  'volumes.removeScratch': ['end'],
  'volumes.removeDirectory': ['end'],
};

const SPEC = {
  volumes: [
    { name: 'config', configMap: { name: 'config' } },
    { name: 'cache', emptyDir: {} },
    { name: 'data', volume: { name: 'data' } },
  ],
  volumeMounts: [
    { name: 'config', mountPath: '/etc/app' },
    { name: 'cache', mountPath: '/cache' },
    { name: 'data', mountPath: '/data' },
    { name: 'cache', mountPath: '/sub', subPath: 'a' },
  ],
  env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'config', key: 'a' } } }],
};

const metadata = (name: string) => ({ name, namespace: 'default' });
const CONFIG: ObjectInput<ConfigMap> = { ...CONFIG_MAP, metadata: metadata('config'), data: { a: '1' } };
const DATA: ObjectInput<Volume> = {
  ...VOLUME,
  metadata: metadata('data'),
  spec: { populate: 'Image', reclaimPolicy: 'Delete' },
};

type Fail = (phase: Phase) => void;

async function live(t: ExecutionContext, world: ContainerWorld, fail: Fail): Promise<void> {
  const { user, controls } = world;
  fail('start');
  await user.create(CONFIG);
  await user.create(DATA);
  await world.apply('web', SPEC);
  const first = await world.running('web');
  t.is(first.status?.restartCount, 0, 'a start that failed is no restart');
  await world.quiet();
  const id = world.only(first);

  fail('repair');
  controls.killTask(id);
  const second = await world.running('web', ({ restartCount = 0 }) => restartCount > 0);
  await world.quiet();
  t.is(second.status?.restartCount, 1);
  t.like((await world.get('web')).status?.lastState?.terminated, { exitCode: 137, pid: first.status?.pid ?? 0 });
  t.deepEqual(world.instances(first), [`${id} running`]);
  t.deepEqual(await world.costOfNothing(), []);

  fail('end');
  await world.delete('web');
  await user.delete(ref(VOLUME, 'data'));
  await world.gone('web');
  await world.eventually('nothing is left', async () => {
    const left = await world.holdings();
    return left.length === 0;
  });
}

/** All eighty worlds at once would look at each other's work most of the time. */
const turn = turns(6);

for (const [method, phases] of Object.entries(CALLS)) {
  for (const [phase, loss] of phases.flatMap((each) => [[each, 'before'] as const, [each, 'after'] as const])) {
    test(`${phase}: a break ${loss} ${method} costs one more try, and leaves the world right`, (t) =>
      turn(async () => {
        const lossy = new LossyPorts();
        await using world = await ContainerWorld.open({ ports: lossy.wrap });
        await live(t, world, (now) => {
          if (now === phase) lossy.failNext(method, loss);
        });
        t.false(lossy.isPending(method), 'the call was made');
      }));
  }
}
