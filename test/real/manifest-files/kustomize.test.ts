/** Kustomizations built by the real kubectl. */
import test from 'ava';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost } from '../../../runtime/host/create-host.ts';
import { createManifestFiles } from '../../../runtime/manifest-files/create.ts';

test('an overlay is built with its base, and a mistake names its file', async (t) => {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'kustomize-')));
  t.teardown(() => rm(base, { recursive: true, force: true }));
  const root = join(base, 'root');
  for (const directory of ['base', 'prod']) await mkdir(join(root, directory), { recursive: true });
  const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: "${V}"}\n';
  await writeFile(join(root, 'base/a.yaml'), map);
  await writeFile(join(root, 'base/kustomization.yaml'), 'resources: [a.yaml]\n');
  await writeFile(join(root, 'prod/kustomization.yaml'), 'namePrefix: prod-\nresources: [../base]\n');
  const host = createHost({ runDirectory: join(base, 'run'), path: process.env['PATH'] ?? '' });
  const manifests = createManifestFiles({ host, scratch: join(base, 'scratch'), clock: Date });
  const { files, problems } = await manifests.read(root, { subdirectory: 'prod' });
  t.deepEqual(problems, []);
  t.regex(Buffer.from(files[0]?.bytes ?? []).toString(), /name: prod-a/);
  t.is(host.calls.kubectl, 1);
  await writeFile(join(root, 'base/a.yaml'), `${map}x: [\n`);
  const broken = await manifests.read(root, { subdirectory: 'prod' });
  t.regex(broken.problems[0]?.message ?? '', /^base\/a\.yaml:\d+:1: /);
  t.is(broken.problems[0]?.path, 'prod/kustomization.yaml');
});
