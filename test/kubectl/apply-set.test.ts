/** ApplySets of `tsmoby apply --prune` beside those of `kubectl apply --prune`: one format, and each leaves the other's alone. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openCliWorld, type CliWorld } from '../cli-unit/world.ts';
import { runKubectl } from './suite/kubectl.ts';
import { findKubectls } from './suite/kubectls.ts';

const CONFIG = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
const BOTH = `${CONFIG('a')}---\n${CONFIG('b')}`;

const { found } = findKubectls(process.env['PATH'] ?? '');

interface Kubectl {
  /** Runs one in namespace default; `both.yaml` and `one.yaml` are files. */
  (...line: readonly string[]): ReturnType<typeof runKubectl>;
}

for (const { binary, version } of found) {
  const withKubectl = (
    title: string,
    body: (t: ExecutionContext, world: CliWorld, kubectl: Kubectl) => Promise<void>,
  ): void =>
    test(`kubectl ${version} ${title}`, async (t) => {
      await using world = await openCliWorld();
      const { directory } = world;
      const kubeconfig = join(directory, 'kubeconfig');
      const certDirectory = join(directory, 'pki');
      await world.api.server.listenHttps({ host: '127.0.0.1', port: 0, certDirectory, kubeconfig });
      await writeFile(join(directory, 'both.yaml'), BOTH);
      await writeFile(join(directory, 'one.yaml'), CONFIG('b'));
      await body(t, world, (...line) =>
        runKubectl([...line, '-n', 'default'], {
          binary,
          directory,
          env: {
            PATH: process.env['PATH'] ?? '',
            KUBECTL_APPLYSET: 'true',
            KUBECONFIG: kubeconfig,
            HOME: directory,
          },
          signal: AbortSignal.timeout(60_000),
        }),
      );
    });

  withKubectl('finds the members of our set by its label, and leaves the set alone', async (t, world, kubectl) => {
    await world.tsmoby(['apply', '-f', 'both.yaml', '--prune', '--applyset=set']);
    const id = (
      await kubectl('get', 'secret', 'set', '-o', 'jsonpath={.metadata.labels.applyset\\.kubernetes\\.io/id}')
    ).out;
    t.is(
      (await kubectl('get', 'cm', '-l', `applyset.kubernetes.io/part-of=${id}`, '-o', 'name')).out.trim(),
      'configmap/a\nconfigmap/b',
    );
    const refused = await kubectl('apply', '-f', 'one.yaml', '--prune', '--applyset=set');
    t.is(refused.code, 1);
    t.regex(refused.err, /managed by tooling "tsmoby" instead of "kubectl"/);
    t.is((await kubectl('get', 'cm', 'a', '-o', 'name')).out.trim(), 'configmap/a');
  });

  withKubectl('takes over a set of ours that is handed to it, and prunes its members', async (t, world, kubectl) => {
    await world.tsmoby(['apply', '-f', 'both.yaml', '--prune', '--applyset=configmap/set']);
    await kubectl('annotate', '--overwrite', 'cm', 'set', 'applyset.kubernetes.io/tooling=kubectl/v1.32');
    const line = [
      'apply',
      '--server-side',
      '--force-conflicts',
      '-f',
      'one.yaml',
      '--prune',
      '--applyset=configmap/set',
    ];
    const { code, out, err } = await kubectl(...line);
    t.is(code, 0, err);
    t.is(out.trim(), 'configmap/b serverside-applied\nconfigmap/a pruned');
  });

  withKubectl(
    'has sets that we leave alone, and take over and prune when they are handed to us',
    async (t, world, kubectl) => {
      const made = await kubectl('apply', '--server-side', '-f', 'both.yaml', '--prune', '--applyset=set');
      t.is(made.code, 0, made.err);
      const line = ['apply', '-f', 'one.yaml', '--prune', '--applyset=set', '--force-conflicts'];
      const refused = await world.tsmoby(line);
      t.is(refused.code, 1);
      t.regex(refused.stderr, /secret\/set is the parent of an ApplySet of kubectl, not of tsmoby/);
      await kubectl('annotate', '--overwrite', 'secret', 'set', 'applyset.kubernetes.io/tooling=tsmoby/v1');
      t.deepEqual(await world.tsmoby(line), {
        code: 0,
        stdout: 'configmap/b configured\nconfigmap/a pruned\n',
        stderr: '',
      });
    },
  );
}
