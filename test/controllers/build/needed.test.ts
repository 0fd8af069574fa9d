/** Results that Containers run or may be taken back to. */
import test from 'ava';
import type { Container, ControllerRevision } from '../../../schemas/gen/types.ts';
import { BuildWorld } from '../../support/build-world.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;
const WEB = { ...CONTAINER, namespace: 'default', name: 'web' };

/** As the Containers' controller would write it down: web runs this result. */
async function run({ user }: BuildWorld, revision: string, result: string): Promise<void> {
  const { metadata } = await user.get<Container>(WEB);
  const { name, uid } = metadata;
  const owner = { apiVersion: CONTAINER.apiVersion, kind: CONTAINER.kind, name, uid, controller: true };
  await user.create<ControllerRevision>({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name: revision, namespace: 'default', ownerReferences: [owner] },
    data: { spec: {}, result },
    revision: 1,
  });
  await tell(user, revision);
}

const tell = (user: BuildWorld['user'], currentRevision: string): Promise<unknown> =>
  user.patch(WEB, { status: { currentRevision } }, { type: 'merge', subresource: 'status' });

test('a result that a Container runs stays beyond the limit, until it runs another one', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app', { target: 'one', historyLimit: 0 });
  const { status } = await world.built('app', 1);
  await world.user.create<Container>({
    ...CONTAINER,
    metadata: { namespace: 'default', name: 'web' },
    spec: { imageFrom: { kind: 'Build', name: 'app' } },
  });
  await run(world, 'web-one', status?.manifestDigest ?? '');
  await world.quiet();
  await world.apply('app', { target: 'two', historyLimit: 0 });
  const next = await world.built('app', 2);
  const kept = async () => (await world.get('app')).status?.history?.map(({ number }) => number);
  t.deepEqual(await kept(), [2, 1]);
  t.deepEqual(await world.costOfNothing('app'), []);
  t.is(world.runtime.images.records.size, 2);
  await run(world, 'web-two', next.status?.manifestDigest ?? '');
  await world.eventually('the former one goes', async () => (await kept())?.length === 1);
  t.deepEqual(await kept(), [2]);
  await world.eventually('its image, too', () => world.runtime.images.records.size === 1);
});
