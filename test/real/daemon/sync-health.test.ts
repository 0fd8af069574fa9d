import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { Sync } from '../../../schemas/gen/types.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import { conditionOf, type Space } from '../../support/daemon/space.ts';

const scenario = onDaemon(test);

const oneShot = (name: string, script: string, restartPolicy: string): string => `apiVersion: tsmoby.dev/v1alpha1
kind: Container
metadata:
  name: ${name}
spec:
  image: busybox
  restartPolicy: ${restartPolicy}
  terminationGracePeriodSeconds: 0
  command: [sh, -c, '${script}']
`;

async function follow(space: Space, files: Readonly<Record<string, string>>): Promise<void> {
  const path = join(space.daemon.folder, space.namespace);
  await mkdir(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  await space.apply<Sync>({ kind: 'Sync', name: 'files', spec: { source: { directory: { path } } } });
}

const ended = (space: Space, name: string): Promise<unknown> =>
  space.until('Container', name, 'has ended', (object) => {
    const { status } = object as { readonly status?: { readonly phase?: string } };
    return status?.phase === 'Succeeded' || status?.phase === 'Failed';
  });

scenario('containers that ended with 0 are healthy, whichever policy let them end', async (t, space) => {
  await follow(space, {
    'never.yaml': oneShot('never', 'true', 'Never'),
    'on-failure.yaml': oneShot('on-failure', 'true', 'OnFailure'),
  });
  await Promise.all([ended(space, 'never'), ended(space, 'on-failure')]);
  const sync = await space.ready<Sync>('Sync', 'files');
  t.is(conditionOf(sync, 'Healthy')?.status, 'True');
  t.is(sync.status?.history?.[0]?.outcome, 'Applied');
});

scenario('a container that ended with another code makes the Sync unhealthy, and is named', async (t, space) => {
  await follow(space, { 'wrong.yaml': oneShot('wrong', 'exit 3', 'Never') });
  const sync = await space.until<Sync>(
    'Sync',
    'files',
    'is unhealthy',
    (one) => conditionOf(one, 'Healthy')?.status === 'False' && one.status?.history?.[0] !== undefined,
  );
  t.regex(conditionOf(sync, 'Healthy')?.message ?? '', new RegExp(`^Container ${space.namespace}/wrong: .*3`));
});

scenario('what a killed daemon left of the build of a kustomization is gone', async (t, space) => {
  const { daemon } = space;
  const left = join(daemon.options.runDir, 'manifests', 'kustomize-left');
  await mkdir(left, { recursive: true });
  await writeFile(join(left, 'secret.yaml'), 'password: hunter2');
  await daemon.kill9();
  await daemon.start();
  await t.throwsAsync(access(left), { code: 'ENOENT' });
});
