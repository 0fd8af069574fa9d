/** What is foretold is what happens: the steps of a plan are those that the controllers take after the objects were applied. */
import test from 'ava';
import * as fc from 'fast-check';
import type { ContainerSpec } from '../../../schemas/gen/types.ts';
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

const place = fc.constantFrom('None' as const, 'Restart' as const, 'Recreate' as const);
const change = fc.record({ spec: fields, onChange: place, page: fc.constantFrom('one', 'two') });
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

const objectsOf = ({ spec, onChange, page }: Change): readonly ObjectInput[] => [
  { ...CONFIG_MAP, metadata: { name: 'site', namespace: 'default' }, data: { page } } as never,
  container('web', {
    ...spec,
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
    return isReady(object) && observedGeneration === generation && state?.running && conditionOf(object, 'RolledOut');
  });
  await world.quiet();
}

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
  await apply(world, objectsOf({ spec: { image: 'app:1' }, onChange: 'None', page: 'one' }));
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
        await apply(world, objects);
        await isSettled(world);
        t.deepEqual(taken(world, lines), foretold, JSON.stringify(next));
        for (const step of foretold) seen.add(step);
        const again = await planOf(world, await wouldBe(world, objects));
        t.deepEqual([...new Set(again.map(({ action }) => action))], ['None'], 'what was done is not to be done again');
      }
    }),
    { numRuns: 12, endOnFailure: true },
  );
  t.true(seen.has('Start'), [...seen].join());
});
