import { execFile } from 'node:child_process';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import type { ConfigMap, Sync } from '../../../schemas/gen/types.ts';
import { eventually } from '../../support/eventually.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import type { Space } from '../../support/daemon/space.ts';

const scenario = onDaemon(test);
const run = promisify(execFile);

const configMap = (name: string, value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  value: ${value}\n`;

const container = (value: string): string => `apiVersion: tsmoby.dev/v1alpha1
kind: Container
metadata:
  name: web
spec:
  image: busybox
  terminationGracePeriodSeconds: 0
  command: [sh, -c, 'echo ${value}; sleep 1000']
`;

const valueOf = async (space: Space, name: string): Promise<string | undefined> => {
  try {
    return (await space.get<ConfigMap>('ConfigMap', name)).data?.['value'];
  } catch {
    return undefined;
  }
};

const has = (space: Space, name: string, value: string | undefined): Promise<unknown> =>
  eventually(`${name} is ${value}`, async () => (await valueOf(space, name)) === value);

async function directoryOf(space: Space): Promise<string> {
  const directory = join(space.daemon.folder, space.namespace);
  await mkdir(directory, { recursive: true });
  return directory;
}

scenario('a directory is followed: saved, renamed, deleted, half written, gone and back', async (t, space) => {
  const directory = await directoryOf(space);
  await writeFile(join(directory, 'a.yaml'), configMap('one', 'first'));
  await writeFile(join(directory, 'web.yaml'), container('hello'));
  await space.apply<Sync>({ kind: 'Sync', name: 'files', spec: { source: { directory: { path: directory } } } });
  await has(space, 'one', 'first');
  await space.running('web');
  await space.ready('Sync', 'files');
  await writeFile(join(directory, '.a.yaml.swp'), configMap('one', 'second'));
  await rename(join(directory, '.a.yaml.swp'), join(directory, 'a.yaml'));
  await has(space, 'one', 'second');
  const before = await space.get<ConfigMap>('ConfigMap', 'one');
  await rename(join(directory, 'a.yaml'), join(directory, 'b.yaml'));
  await writeFile(join(directory, 'c.yaml'), configMap('two', 'x'));
  await has(space, 'two', 'x');
  t.is((await space.get<ConfigMap>('ConfigMap', 'one')).metadata.uid, before.metadata.uid);
  await writeFile(join(directory, 'c.yaml'), 'kind: [');
  await space.condition('Sync', 'files', 'Ready', 'FilesInvalid');
  t.is(await valueOf(space, 'two'), 'x');
  await rm(join(directory, 'c.yaml'));
  await has(space, 'two', undefined);
  await rename(directory, `${directory}-away`);
  await space.condition('Sync', 'files', 'SourceReady', 'SourceNotFound');
  t.is(await valueOf(space, 'one'), 'second');
  await writeFile(join(`${directory}-away`, 'b.yaml'), configMap('one', 'third'));
  await rename(`${directory}-away`, directory);
  await has(space, 'one', 'third');
  await space.remove('Sync', 'files');
  await space.gone('Container', 'web');
  await has(space, 'one', undefined);
});

scenario('what is changed by hand is set back, also after the daemon was killed', async (t, space) => {
  const directory = await directoryOf(space);
  await writeFile(join(directory, 'a.yaml'), configMap('one', 'first'));
  await space.apply<Sync>({ kind: 'Sync', name: 'files', spec: { source: { directory: { path: directory } } } });
  await has(space, 'one', 'first');
  await space.ready('Sync', 'files');
  await space.daemon.kill9();
  await writeFile(join(directory, 'a.yaml'), configMap('one', 'second'));
  await space.daemon.start();
  await has(space, 'one', 'second');
  const patch = { data: { value: 'by hand' } };
  await space.daemon.client.patch(space.ref('ConfigMap', 'one'), patch, { type: 'merge' });
  await has(space, 'one', 'second');
  t.pass();
});

scenario('a repository on this machine is followed at once', async (t, space) => {
  const repository = await directoryOf(space);
  const git = (...args: readonly string[]): Promise<unknown> =>
    run('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false', ...args], {
      cwd: repository,
    });
  const commit = async (value: string): Promise<void> => {
    await mkdir(join(repository, 'deploy'), { recursive: true });
    await writeFile(join(repository, 'deploy', 'a.yaml'), configMap('one', value));
    await git('add', '.');
    await git('commit', '-q', '-m', value);
  };
  await git('init', '-q', '-b', 'main');
  await commit('first');
  const source = { git: { url: `file://${repository}` } };
  await space.apply<Sync>({ kind: 'Sync', name: 'files', spec: { source, path: 'deploy', interval: '1h' } });
  await has(space, 'one', 'first');
  const sync = await space.ready<Sync>('Sync', 'files');
  t.regex(sync.status?.lastAppliedRevision ?? '', /^main@sha1:[0-9a-f]{40}$/);
  await commit('second');
  await has(space, 'one', 'second');
});
