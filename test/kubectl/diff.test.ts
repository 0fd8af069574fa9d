/** `tsmoby diff` beside `kubectl diff`: the same objects, the same words. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { openCliWorld } from '../cli-unit/world.ts';
import { runKubectl } from './suite/kubectl.ts';
import { findKubectls } from './suite/kubectls.ts';

const OBJECT = (kind: string, rest: string): string => `apiVersion: v1\nkind: ${kind}\nmetadata: {name: a}\n${rest}\n`;
const CONTAINER = (spec: string): string =>
  `apiVersion: tsmoby.dev/v1alpha1\nkind: Container\nmetadata: {name: web}\nspec: {image: "app:1"${spec}}\n`;

const BEFORE = [
  OBJECT('ConfigMap', 'data: {k: v, same: "1", long: "a\\nb\\nc\\n"}'),
  OBJECT('Secret', 'stringData: {same: alpha, other: beta, gone: gamma}'),
  CONTAINER(', env: [{name: A, value: "no"}]'),
].join('---\n');
const AFTER = [
  OBJECT('ConfigMap', 'data: {k: w, same: "1", long: "a\\nB\\nc\\n"}'),
  OBJECT('Secret', 'stringData: {same: alpha, other: delta, new: epsilon}'),
  CONTAINER(', env: [{name: A, value: "yes"}], ports: [{containerPort: 80}]'),
  OBJECT('Namespace', 'metadata: {name: shop}').replace('metadata: {name: a}\n', ''),
].join('---\n');

/** What is another for each run: directories, times, the uid of what is not there. */
const lasting = (text: string): string =>
  text
    .replaceAll(/(LIVE|MERGED)-\w+/g, '$1')
    .replaceAll(/\t\d{4}-\d\d-\d\d .*$/gm, '')
    .replaceAll(/uid: .*$/gm, 'uid')
    // both kinds of quotes say the same
    .replaceAll(/'(\*[^']*)'/g, '"$1"');

const { found } = findKubectls(process.env['PATH'] ?? '');

for (const { binary, version } of found) {
  for (const [title, files, env, code] of [
    ['what differs', AFTER, {}, 1],
    ['what does not', BEFORE, {}, 0],
    ['what an external program is called with', AFTER, { KUBECTL_EXTERNAL_DIFF: 'echo -n x --y=1 /z' }, 0],
  ] as const)
    test(`kubectl ${version} and tsmoby diff say the same of ${title}`, async (t) => {
      await using world = await openCliWorld();
      const { directory } = world;
      const kubeconfig = join(directory, 'kubeconfig');
      await world.api.server.listenHttps({
        host: '127.0.0.1',
        port: 0,
        certDirectory: join(directory, 'pki'),
        kubeconfig,
      });
      await world.tsmoby(['apply', '-f', '-'], { stdin: BEFORE });
      await writeFile(join(directory, 'after.yaml'), files);

      const line = ['diff', '--force-conflicts', '--field-manager=tsmoby', '-f', 'after.yaml'];
      const both = { ...env, PATH: process.env['PATH'] ?? '', TMPDIR: directory };
      const ours = await world.tsmoby(line, { env: both });
      const kubectl = await runKubectl([...line, '--server-side'], {
        binary,
        directory,
        env: { ...both, KUBECONFIG: kubeconfig, HOME: directory },
        signal: AbortSignal.timeout(60_000),
      });
      t.is(kubectl.code, code, kubectl.err);
      t.is(ours.code, code, ours.stderr);
      const [diffs = ''] = lasting(ours.stdout).split('\n\ncontainer.');
      t.is(diffs.trimEnd(), lasting(kubectl.out).trimEnd());
    });
}
