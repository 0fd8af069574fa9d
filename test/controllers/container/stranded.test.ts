/** What runs in place of the spec of now, when its revision was deleted while no daemon ran. */
import test from 'ava';
import { probeKey } from '../../../controllers/container/probe-keys.ts';
import type { Container, ContainerSpec } from '../../../schemas/gen/types.ts';
import { conditionOf, ContainerWorld, ref } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { done, open, version } from './start-first-world.ts';

const REVISION = { apiVersion: 'apps/v1', kind: 'ControllerRevision' };
const PROBES: Partial<ContainerSpec> = {
  livenessProbe: { httpGet: { port: 80 } },
  readinessProbe: { httpGet: { port: 80 } },
  progressDeadlineSeconds: 30,
};

const forgotten = (world: ContainerWorld) =>
  world.until('tells', 'web', (_, object) => conditionOf(object, 'Stalled')?.reason === 'RevisionNotFound', 100);

async function forget(world: ContainerWorld, { status }: Container): Promise<void> {
  await world.stop();
  await world.user.delete(ref(REVISION, status?.currentRevision ?? ''));
  await world.start();
}

/** A Container whose change is held by a pause, and that nobody knows the running revision of. */
async function openStranded() {
  const time = new ManualTime();
  const program = () => ({ steps: [{ type: 'wait' as const }] });
  const world = await ContainerWorld.open({ time, program });
  await world.apply('web', { args: ['first'], ...PROBES });
  const id = world.only(await world.running('web'));
  for (const kind of ['liveness', 'readiness'] as const) world.controls.answerProbe(probeKey(id, kind), 'success');
  const good = await world.until(
    'is good',
    'web',
    (_, object) => conditionOf(object, 'RolledOut')?.status === 'True',
    100,
  );
  await world.apply('web', { args: ['next'], paused: true, ...PROBES });
  await world.until('is held', 'web', (_, object) => conditionOf(object, 'RolledOut')?.reason === 'RolloutPaused', 100);
  await forget(world, good);
  await forgotten(world);
  return { world, good, id };
}

const namesLead = (world: ContainerWorld, { metadata }: Container) =>
  world.runtime.publications.records.get(metadata.uid)?.publication.ready;

test('names are taken from it while its readinessProbe fails, and given back', async (t) => {
  const { world, good, id } = await openStranded();
  await using _ = world;
  t.true(namesLead(world, good));
  world.controls.answerProbe(probeKey(id, 'readiness'), 'failure', 'HTTP 503');
  await world.eventually('no name leads to it', () => namesLead(world, good) === false);
  world.controls.answerProbe(probeKey(id, 'readiness'), 'success');
  await world.eventually('names lead to it', () => namesLead(world, good) === true);
  const after = await forgotten(world);
  t.is(after.status?.pid, good.status?.pid);
  t.deepEqual(world.controls.instance(id)?.spec.process.args.slice(-1), ['first']);
});

test('it is ended when its livenessProbe fails, and what the spec asks for is tried', async (t) => {
  const { world, id } = await openStranded();
  await using _ = world;
  world.controls.answerProbe(probeKey(id, 'liveness'), 'failure', 'HTTP 500');
  const ended = await world.until('ends', 'web', ({ lastState }) => lastState?.terminated, 1000);
  t.is(ended.status?.lastState?.terminated?.reason, 'Unhealthy');
  const isNext = ({ containerID, state }: NonNullable<Container['status']>) =>
    state?.running !== undefined && containerID !== `containerd://${id}`;
  const after = await world.until('runs', 'web', isNext, 1000);
  t.deepEqual(world.controls.instance(world.only(after))?.spec.process.args.slice(-1), ['next']);
});

test('its ports follow the spec, and its process goes on', async (t) => {
  const { world, good, id } = await openStranded();
  await using _ = world;
  const ports = [{ containerPort: 80, hostPort: 8081 }];
  await world.apply('web', { args: ['next'], paused: true, ...PROBES, ports });
  const after = await world.until('has its port', 'web', ({ ports: told }) => told?.[0]?.hostPort === 8081);
  t.is(after.status?.pid, good.status?.pid);
  t.is(world.only(after), id);
  t.deepEqual(await world.costOfNothing(), []);
});

test('what drains beside it comes to its end', async (t) => {
  const { world, time, first } = await open();
  await using _ = world;
  world.runtime.connections.open(first.status?.pid ?? 0);
  await world.apply('web', version(2));
  const second = await done(world);
  t.is(second.status?.draining?.length, 1);
  await world.apply('web', version(3, { paused: true }));
  await world.until('is held', 'web', (_, object) => conditionOf(object, 'RolledOut')?.reason === 'RolloutPaused', 100);
  await forget(world, second);
  await forgotten(world);
  await time.pass(30_000);
  const after = await world.until('has drained', 'web', ({ draining }) => draining === undefined, 100);
  t.is(after.status?.pid, second.status?.pid);
  t.is(world.instances(after).length, 1);
});
