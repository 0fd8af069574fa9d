/** What holds after a change was taken back: restarts of the daemon, revisions that somebody deletes. */
import test from 'ava';
import { conditionOf, ref } from '../../support/container-world.ts';
import { BETTER, openTakenBack, rolledOut } from './rollout-world.ts';

const REVISION = { apiVersion: 'apps/v1', kind: 'ControllerRevision' };

test.serial(
  'what was taken back stays so over a restart of the daemon, and the next spec is another chance',
  async (t) => {
    const { world, before } = await openTakenBack();
    await using _ = world;
    await world.stop();
    await world.start();
    await world.quiet();
    const after = await world.get('web');
    t.is(after.status?.pid, before.status?.pid);
    t.is(conditionOf(after, 'RolledOut')?.reason, 'RolledBack');
    await world.apply('web', BETTER);
    const better = await rolledOut(world, 'True', 'RolloutComplete');
    t.deepEqual(world.controls.instance(world.only(better))?.spec.process.args, ['sleep', '2000']);
  },
);

test.serial(
  'what was taken back stays so when its revision is deleted by hand, and that is written down again',
  async (t) => {
    const { world, before } = await openTakenBack();
    await using _ = world;
    const good = ref(REVISION, before.status?.currentRevision ?? '');
    await world.user.delete(good);
    await world.eventually('it is there again', () => world.find(good));
    await world.quiet();
    const after = await world.get('web');
    t.is(after.status?.pid, before.status?.pid);
    t.is(conditionOf(after, 'Stalled')?.reason, 'RolledBack');
    world.controls.exitTask(world.only(after), 1);
    const again = await world.until('runs again', 'web', ({ pid }) => pid !== undefined && pid !== before.status?.pid);
    t.deepEqual(world.controls.instance(world.only(again))?.spec.process.args, ['sleep', '1000']);
  },
);

test.serial(
  'what runs is left alone when its revision went while no daemon ran; then the spec has another chance',
  async (t) => {
    const { world, before } = await openTakenBack();
    await using _ = world;
    await world.stop();
    await world.user.delete(ref(REVISION, before.status?.currentRevision ?? ''));
    await world.start();
    const told = await world.until(
      'tells',
      'web',
      (_s, object) => conditionOf(object, 'Stalled')?.reason === 'RevisionNotFound',
    );
    await world.quiet();
    t.is(told.status?.pid, before.status?.pid);
    t.deepEqual(world.controls.instance(world.only(told))?.spec.process.args, ['sleep', '1000']);
    world.controls.exitTask(world.only(told), 1);
    const after = await rolledOut(world, 'False', 'RolloutProgressing');
    t.deepEqual(world.controls.instance(world.only(after))?.spec.process.args, ['false']);
  },
);
