/** What is foretold is what happens: the steps of a plan are those that the controllers take after the objects were applied. */
import test from 'ava';
import * as fc from 'fast-check';
import type { Container, ContainerSpec } from '../../../schemas/gen/types.ts';
import type { ObjectInput } from '../../../schemas/object.ts';
import { conditionOf, CONFIG_MAP, container, ContainerWorld, isReady } from '../../support/container-world.ts';
import { planOf, wouldBe } from '../../support/plans.ts';

/** Steps of the container's own planner; what else is told is not logged as a step. */
const OWN: ReadonlySet<string> = new Set([
  'Stop',
  'RecordExit',
  'Delete',
  'Create',
  'Start',
  'Restart',
  'UpdateResources',
  'Relabel',
]);

/** Another value of each field is another world; absent ones are left out. */
const fields = fc.record(
  {
    image: fc.constantFrom('app:1', 'app:2', 'docker.io/library/app:1'),
    env: fc.constantFrom([{ name: 'A', value: '1' }], [{ name: 'A', value: '2' }]),
    workingDir: fc.constantFrom('/', '/tmp'),
    resources: fc.constantFrom({ limits: { memory: '64Mi' } }, { limits: { memory: '128Mi' } }),
    restartPolicy: fc.constantFrom('Always' as const, 'OnFailure' as const),
    ports: fc.constantFrom([{ containerPort: 80, hostPort: 8080 }], [{ containerPort: 80, hostPort: 8081 }]),
    terminationGracePeriodSeconds: fc.constantFrom(1, 2),
  },
  { requiredKeys: ['image'] },
) as fc.Arbitrary<Partial<ContainerSpec>>;

/** What no instance can be made of: nothing is done, and what runs is kept. */
const refused: readonly Partial<ContainerSpec>[] = [
  { devices: [{ hostPath: '/dev/fuse' }] },
  { securityContext: { runAsNonRoot: true } },
  { securityContext: { runAsUser: 1, supplementalGroups: [1] }, devices: [{ hostPath: '/dev/null' }] },
];

const place = fc.constantFrom('None' as const, 'Restart' as const, 'Recreate' as const);
const extra = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constantFrom(...refused) },
);
const change = fc.record({ spec: fields, onChange: place, page: fc.constantFrom('one', 'two'), extra });
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

const objectsOf = ({ spec, onChange, page, extra }: Change): readonly ObjectInput[] => [
  { ...CONFIG_MAP, metadata: { name: 'site', namespace: 'default' }, data: { page } } as never,
  container('web', {
    ...spec,
    ...extra,
    volumes: [{ name: 'site', configMap: { name: 'site' } }],
    volumeMounts: [{ name: 'site', mountPath: '/site', onChange: { action: onChange } }],
  }),
];

/** Replaced as a whole: what is left out is taken away. */
async function apply(world: ContainerWorld, objects: readonly ObjectInput[]): Promise<void> {
  for (const object of objects) await world.user.apply(object, { fieldManager: 'test', force: true });
}

async function isSettled(world: ContainerWorld): Promise<void> {
  await world.until('is what its spec says', 'web', ({ observedGeneration, state }, object) => {
    const { generation } = object.metadata;
    if (observedGeneration !== generation || state?.running === undefined) return false;
    return conditionOf(object, 'Stalled')?.status === 'True' || (isReady(object) && conditionOf(object, 'RolledOut'));
  });
  await world.quiet();
}

const processOf = ({ status }: Container) => [status?.containerID, status?.pid];

/** Types of steps that a pass has logged since; one that goes on over several passes counts once. */
function taken(world: ContainerWorld, since: number): readonly string[] {
  const all = world.lines
    .slice(since)
    .flatMap(({ message, fields: { step } }) => (message === 'step' ? [String(step)] : []));
  return all.filter((step, at) => OWN.has(step) && step !== all[at - 1]);
}

test('the steps that are foretold are those that are taken, and foretelling takes none', async (t) => {
  await using world = await ContainerWorld.open();
  world.controls.addImage('docker.io/library/app:2', { version: 2 });
  await apply(world, objectsOf({ spec: { image: 'app:1' }, onChange: 'None', page: 'one', extra: {} }));
  await isSettled(world);
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(change, async (next) => {
      // The ConfigMap first, as its own change: applied together, either may be seen alone.
      for (const objects of objectsOf(next).map((object) => [object])) {
        const question = await wouldBe(world, objects);
        await world.quiet();
        world.controls.resetCounters();
        world.writes.length = 0;
        const lines = world.lines.length;
        const answer = await planOf(world, question);
        t.is(world.controls.mutations, 0);
        // Events of what was done before may still be on their way.
        t.deepEqual(
          world.writes.filter((write) => !write.includes(' Event ')),
          [],
        );
        const web = answer.find(({ ref }) => ref.kind === 'Container');
        const foretold = (web?.steps ?? []).map(({ type }) => type).filter((type) => OWN.has(type));
        const former = await world.get('web');
        await apply(world, objects);
        await isSettled(world);
        const after = await world.get('web');
        const isRefused = conditionOf(after, 'Stalled')?.status === 'True';
        // A stop that is refused is logged before it is.
        const steps = taken(world, lines).filter((step) => !isRefused || step !== 'Stop');
        t.deepEqual(steps, foretold, JSON.stringify(next));
        if (isRefused) t.deepEqual(processOf(after), processOf(former), JSON.stringify(next));
        for (const step of foretold) seen.add(step);
        const again = await planOf(world, await wouldBe(world, objects));
        const stays = web?.action === 'Wait' ? 'Wait' : 'None';
        t.is(again.find(({ ref }) => ref.kind === 'Container')?.action ?? stays, stays, JSON.stringify(next));
        t.deepEqual(
          again.flatMap(({ steps }) => steps),
          [],
          'what was done is not to be done again',
        );
        seen.add(stays);
      }
    }),
    { numRuns: 12, endOnFailure: true },
  );
  t.true(seen.has('Start') && seen.has('Wait'), [...seen].join());
});
