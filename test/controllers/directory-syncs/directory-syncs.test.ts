import test from 'ava';
import { directorySyncsController } from '../../../controllers/directory-syncs/index.ts';
import type { Sync } from '../../../schemas/gen/types.ts';
import { openApiWorld } from '../../support/api-world.ts';
import { eventually } from '../../support/eventually.ts';
import { runManager } from '../../support/run-manager.ts';

const SYNC = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Sync' } as const;

test('each directory has a Sync, made again when it was deleted, and let go with its objects left when it is told no more', async (t) => {
  await using api = await openApiWorld();
  const user = api.plainClient('someone');
  const target = (name: string) => ({ ...SYNC, namespace: 'default', name });
  const paths = async (): Promise<readonly string[]> =>
    (await user.list<Sync>(SYNC)).items.map(
      ({ metadata, spec }) => `${metadata.name} ${spec.source.directory?.path ?? ''}`,
    );
  const run = (directories: readonly string[]) =>
    runManager(api.client(), { controllers: [directorySyncsController(directories)] });
  const isThere = (...wanted: readonly string[]) =>
    eventually(`there is ${wanted.join(', ')}`, async () => (await paths()).join(', ') === wanted.join(', '));

  const own = {
    ...SYNC,
    metadata: { namespace: 'default', name: 'mine' },
    spec: { source: { directory: { path: '/x' } } },
  };
  await user.create<Sync>(own);
  {
    await using manager = await run(['/srv/Infra', '/opt/infra', '/etc/mine']);
    await isThere('infra /srv/Infra', 'infra-2 /opt/infra', 'mine /x');
    await user.delete(target('infra'));
    // nobody here takes the finalizer off that holds it
    await user.patch(target('infra'), { metadata: { finalizers: null } }, { type: 'merge' });
    await isThere('infra /srv/Infra', 'infra-2 /opt/infra', 'mine /x');
    t.is((await user.get<Sync>(target('infra'))).metadata.deletionTimestamp, undefined);
    t.true(manager.client.writes.length > 0);
  }
  await using _ = await run(['/srv/elsewhere/infra']);
  await isThere('infra /srv/elsewhere/infra', 'infra-2 /opt/infra', 'mine /x');
  await eventually('the other one is let go', async () => {
    const { metadata, spec } = await user.get<Sync>(target('infra-2'));
    return metadata.deletionTimestamp !== undefined && spec.deletionPolicy === 'Orphan';
  });
});
