/** On real containerd: what a plan foretells is what the daemon then does, to the process and to the data. */
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type {
  Container,
  ContainerSpec,
  Plan,
  PlanChange,
  PlanStatusObject,
  Volume,
} from '../../../schemas/gen/types.ts';
import type { JsonObject, KubeObject, ObjectInput } from '../../../schemas/object.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import { TSMOBY, type Space } from '../../support/daemon/space.ts';

const scenario = onDaemon(test);

const PLAN = { apiVersion: TSMOBY, kind: 'Plan', metadata: {} } as const;

/** What would become of the objects, as `tsmoby plan` asks. */
async function ask({ daemon }: Space, changes: readonly PlanChange[]): Promise<readonly PlanStatusObject[]> {
  const { status } = await daemon.client.create<Plan>({ ...PLAN, spec: { changes } });
  return status?.objects ?? [];
}

const BASE: Partial<ContainerSpec> = {
  image: 'busybox',
  terminationGracePeriodSeconds: 1,
  command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'],
  volumes: [{ name: 'site', configMap: { name: 'site' } }],
  volumeMounts: [{ name: 'site', mountPath: '/site', onChange: { action: 'Restart' } }],
};

const web = ({ namespace }: Space, spec: Partial<ContainerSpec>): ObjectInput<KubeObject> =>
  ({
    apiVersion: TSMOBY,
    kind: 'Container',
    metadata: { namespace, name: 'web' },
    spec: { ...BASE, ...spec },
  }) as never;

const site = ({ namespace }: Space, page: string): ObjectInput<KubeObject> =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: 'site' }, data: { page } }) as never;

const options = { fieldManager: 'test', force: true };

/** Foretold, then done: what was said of web, and how it runs before and after. */
async function follow(space: Space, object: ObjectInput<KubeObject>, isDone: (container: Container) => unknown) {
  const { client } = space.daemon;
  const before = await space.running('web');
  const would = await client.apply<KubeObject>(object, { ...options, dryRun: true });
  const planned = await ask(space, [{ object: would as unknown as JsonObject }]);
  const still = await space.get<Container>('Container', 'web');
  await client.apply(object, options);
  await space.until<Container>('Container', 'web', 'is changed', isDone);
  const after = await space.running('web');
  const said = planned.find(({ kind }) => kind === 'Container');
  const isUntouched = still.metadata.resourceVersion === before.metadata.resourceVersion;
  return { said, isUntouched, before: before.status ?? {}, after: after.status ?? {} };
}

scenario(
  'changes of a Container are done as they were foretold: in place, by a restart, by another instance',
  async (t, space) => {
    const { client } = space.daemon;
    await client.apply(site(space, 'one'), options);
    await client.apply(web(space, {}), options);
    await space.until<Container>('Container', 'web', 'is good', ({ status }) => status?.currentRevision);
    const limits = { resources: { limits: { memory: '64Mi' } } };

    const resized = await follow(
      space,
      web(space, limits),
      ({ status }) => status?.resources?.memoryBytes === 64 * 1024 * 1024,
    );
    t.like(resized.said, {
      action: 'Update',
      because: 'Changed',
      message: 'resized in place, because spec.resources changed',
    });
    t.true(resized.isUntouched);
    t.is(resized.after.pid, resized.before.pid);

    const restarted = await follow(
      space,
      site(space, 'two'),
      ({ status }) => status?.pid !== resized.after.pid && status?.pid,
    );
    t.like(restarted.said, {
      action: 'Restart',
      because: 'Affected',
      message: 'restarted, because ConfigMap site changed',
    });
    t.true(restarted.isUntouched);
    t.not(restarted.after.pid, restarted.before.pid);
    t.is(restarted.after.containerID, restarted.before.containerID, 'the same instance');

    await space.apply({
      kind: 'Image',
      name: 'other',
      spec: { reference: 'other:1', archive: { path: space.archive } },
    });
    await space.ready('Image', 'other');
    const env = { ...limits, env: [{ name: 'A', value: 'b' }] };
    const replaced = await follow(
      space,
      web(space, env),
      ({ status }) => status?.containerID !== restarted.after.containerID,
    );
    t.like(replaced.said, { action: 'Replace', message: 'replaced, because spec.env changed' });
    t.deepEqual(
      replaced.said?.steps.map(({ type }) => type),
      ['Stop', 'RecordExit', 'Delete', 'Create', 'Start'],
    );
    t.true(replaced.isUntouched);
    t.not(replaced.after.containerID, replaced.before.containerID);

    // The same content under another name: the very same process goes on.
    const renamed = await follow(
      space,
      web(space, { ...env, image: 'other:1' }),
      ({ status }) => status?.image === 'other:1',
    );
    t.deepEqual(
      renamed.said?.steps.map(({ type }) => type),
      ['Relabel'],
    );
    t.is(renamed.after.pid, renamed.before.pid);
  },
);

scenario(
  'data that are foretold to be retained are there afterwards, and those that are to be lost are not',
  async (t, space) => {
    const gone: PlanChange[] = [];
    const paths: string[] = [];
    for (const [name, reclaimPolicy] of [
      ['kept', 'Retain'],
      ['lost', 'Delete'],
    ] as const) {
      await space.apply({ kind: 'Volume', name, spec: { reclaimPolicy } });
      const { status } = await space.ready<Volume>('Volume', name);
      const path = status?.path ?? '';
      await writeFile(join(path, 'file'), 'x');
      paths.push(path);
      gone.push({ delete: { apiVersion: TSMOBY, kind: 'Volume', namespace: space.namespace, name } });
    }
    const [kept, lost] = await ask(space, gone);
    t.like(kept, { action: 'Retain', because: 'Deleted', message: `deleted: data retained in ${paths[0]}` });
    t.like(lost, { action: 'Delete', because: 'Deleted' });
    const there = async (): Promise<readonly boolean[]> =>
      Promise.all(
        paths.map((path) =>
          access(join(path, 'file')).then(
            () => true,
            () => false,
          ),
        ),
      );
    t.deepEqual(await there(), [true, true], 'a question takes nothing away');
    for (const name of ['kept', 'lost']) await space.remove('Volume', name);
    t.deepEqual(await there(), [true, false]);
  },
);
