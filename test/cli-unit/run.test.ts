import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { WIDGET } from '../support/widget.ts';
import { openCliWorld, runLine } from './world.ts';

test('without a command, and with --help, all commands are listed', async (t) => {
  for (const line of [[], ['--help'], ['-h'], ['help']]) {
    const { code, stdout } = await runLine(line);
    t.is(code, 0);
    t.regex(stdout, /^tsmoby runs containers .*\n {2}apply +Make objects as files say\n/s);
  }
});

test('help of a command has its usage, examples and options', async (t) => {
  for (const line of [
    ['get', '--help'],
    ['help', 'get'],
    ['get', 'cm', '-h'],
  ]) {
    const { code, stdout } = await runLine(line);
    t.is(code, 0);
    t.regex(stdout, /Usage:\n {2}tsmoby get KIND.*Examples:.*Options:.*--all-namespaces/s);
  }
});

test('an unknown command gets a suggestion', async (t) => {
  t.deepEqual(await runLine(['gte', 'pods']), {
    code: 1,
    stdout: '',
    stderr: `error: unknown command "gte" for "tsmoby"\n\nDid you mean this?\n\tget\n\nRun 'tsmoby --help' for usage.\n`,
  });
});

test('a daemon that is not there is told with its address and how to start it', async (t) => {
  const run = await runLine(['get', 'cm', '--server', 'unix:///nowhere/t.sock']);
  t.deepEqual(run, {
    code: 1,
    stdout: '',
    stderr:
      'error: cannot reach tsmoby at unix:///nowhere/t.sock: is the daemon running? Start it with: tsmoby daemon\n',
  });
});

test('flags before the command count as well', async (t) => {
  await using world = await openCliWorld();
  const run = await world.tsmoby(['-n', 'kube-public', 'get', 'cm']);
  t.is(run.stderr, 'No resources found in kube-public namespace.\n');
});

test('flag, environment and kubeconfig say where the server is, in this order', async (t) => {
  await using world = await openCliWorld();
  const wrong = { TSMOBY_HOST: 'unix:///nowhere/t.sock' };
  t.is((await world.tsmoby(['get', 'ns', '-s', `unix://${world.socketPath}`], { env: wrong })).code, 0);
  t.is((await world.tsmoby(['get', 'ns'], { env: wrong })).code, 1);
  const kubeconfig = join(world.directory, 'kubeconfig');
  await writeFile(
    kubeconfig,
    JSON.stringify({
      'current-context': 'x',
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x', namespace: 'kube-public' } }],
      clusters: [{ name: 'x', cluster: { server: 'http://127.0.0.1:1' } }],
      users: [{ name: 'x', user: {} }],
    }),
  );
  const { stderr } = await world.tsmoby(['get', 'cm', '--kubeconfig', kubeconfig]);
  t.is(
    stderr,
    'error: cannot reach tsmoby at http://127.0.0.1:1: is the daemon running? Start it with: tsmoby daemon\n',
  );
});

for (const [server, complaint] of [
  ['unix://relative', /--server unix:\/\/relative: write it as unix:\/\/\/absolute\/path/],
  ['ftp://x', /--server ftp:\/\/x: write it as/],
] as const) {
  test(`--server ${server} is refused`, async (t) => {
    const { code, stderr } = await runLine(['get', 'cm', '-s', server]);
    t.is(code, 1);
    t.regex(stderr, complaint);
  });
}

test('--request-timeout limits a request', async (t) => {
  await using world = await openCliWorld();
  t.is((await world.tsmoby(['get', 'ns', '--request-timeout=20s'])).code, 0);
});

test('version asks the server, unless it shall not', async (t) => {
  await using world = await openCliWorld();
  t.regex((await world.tsmoby(['version'])).stdout, /^Client Version: v\d.*\nServer Version: v1\..*tsmoby/);
  t.regex((await runLine(['version', '--client'])).stdout, /^Client Version: v\d[^\n]*\n$/);
  t.regex((await runLine(['--version'])).stdout, /^Client Version: v\d[^\n]*\n$/);
});

test('api-resources lists what the server serves', async (t) => {
  await using world = await openCliWorld();
  const names = await world.tsmoby(['api-resources', '-o', 'name', '--namespaced=false']);
  t.deepEqual(names.stdout.trim().split('\n'), [
    'namespaces',
    'customresourcedefinitions.apiextensions.k8s.io',
    'selfsubjectreviews.authentication.k8s.io',
    'selfsubjectaccessreviews.authorization.k8s.io',
    'selfsubjectrulesreviews.authorization.k8s.io',
    'subjectaccessreviews.authorization.k8s.io',
    'builders.tsmoby.dev',
  ]);
  t.regex(
    (await world.tsmoby(['api-resources'])).stdout,
    /\ncontainers +ctr +tsmoby\.dev\/v1alpha1 +true +Container\n/,
  );
});

test('a kind that only the server knows is found by discovery', async (t) => {
  await using world = await openCliWorld();
  await world.api.plainClient().create({ ...WIDGET, metadata: { name: 'w', namespace: 'default' } });
  t.is((await world.tsmoby(['get', 'widget', '-o', 'name'])).stdout, 'widget.test.tsmoby.dev/w\n');
  t.regex((await world.tsmoby(['get', 'widgts'])).stderr, /did you mean "widgets"\?/);
});
