import test from 'ava';
import { daemonOptions } from '../../cli/commands/daemon.ts';
import { defaultDataDir, defaultRunDir } from '../../cli/daemon-options.ts';
import { completed } from './completed.ts';
import { openCliWorld, runLine } from './world.ts';

test('explain shows a kind, a field, and what is below', async (t) => {
  const kind = await runLine(['explain', 'ctr']);
  t.regex(
    kind.stdout,
    /^GROUP: {6}tsmoby\.dev\nKIND: {7}Container\nVERSION: {4}v1alpha1\n\nDESCRIPTION:\n.*FIELDS:\n.*\n {2}spec <Object> -required-\n/s,
  );
  const field = await runLine(['explain', 'container.spec.restartPolicy']);
  t.regex(field.stdout, /FIELD: restartPolicy <string>.*One of: "Always", "OnFailure", "Never"\. Default: "Always"\./s);
  const deep = await runLine(['explain', 'container.spec.env', '--recursive']);
  t.regex(deep.stdout, /\n {2}valueFrom <Object>\n {4}configMapKeyRef <Object>\n {6}name <string> -required-\n/);
});

test('explain suggests the nearest name', async (t) => {
  t.is(
    (await runLine(['explain', 'contaner'])).stderr,
    'error: no kind "contaner" is known; did you mean "container"?\n',
  );
  t.is(
    (await runLine(['explain', 'ctr.spec.imgae'])).stderr,
    'error: field "imgae" does not exist in container.spec; did you mean "image"?\n',
  );
});

test('completion knows commands, flags, kinds and names', async (t) => {
  await using world = await openCliWorld();
  await world.tsmoby(['create', 'cm', 'settings']);
  const complete = (...words: readonly string[]) => completed(world, ...words);
  t.deepEqual(await complete('de'), ['describe', 'delete']);
  t.deepEqual(await complete('get', 'con'), ['configmaps', 'controllerrevisions', 'containers']);
  t.deepEqual(await complete('get', 'cm', ''), ['settings']);
  t.deepEqual(await complete('get', 'cm/se'), ['cm/settings']);
  t.deepEqual(await complete('get', '--wat'), ['--watch', '--watch-only']);
  for (const shell of ['bash', 'zsh', 'fish'])
    t.regex((await runLine(['completion', shell])).stdout, /tsmoby __complete --/);
  t.is((await runLine(['completion', 'tcsh'])).code, 1);
});

test('the daemon keeps its things where the user may write', (t) => {
  const user = { env: {}, uid: 1000, home: '/home/u' };
  t.deepEqual([defaultDataDir(user), defaultRunDir(user)], ['/home/u/.local/share/tsmoby', '/run/user/1000/tsmoby']);
  const xdg = { ...user, env: { XDG_DATA_HOME: '/d', XDG_RUNTIME_DIR: '/r' } };
  t.deepEqual([defaultDataDir(xdg), defaultRunDir(xdg)], ['/d/tsmoby', '/r/tsmoby']);
  const root = { ...xdg, uid: 0 };
  t.deepEqual([defaultDataDir(root), defaultRunDir(root)], ['/var/lib/tsmoby', '/run/tsmoby']);
});

const FLAGS = {
  'data-dir': undefined,
  'run-dir': undefined,
  containerd: undefined,
  listen: [],
  'kubeconfig-out': undefined,
  'log-level': 'info',
  'allow-host-path': [],
  'allow-build-entitlement': [],
  'no-default-builder': false,
  sync: [],
  'socket-group': undefined,
  'webhook-listen': undefined,
  'webhook-tls-cert': undefined,
  'webhook-tls-key': undefined,
  'node-name': undefined,
  ephemeral: undefined,
};
const PLACE = { env: {}, uid: 0, home: '/root', cwd: '/work' };

test('paths of the daemon are absolute, and the socket is in its run directory', (t) => {
  t.deepEqual(
    daemonOptions({ ...FLAGS, 'data-dir': 'd', 'run-dir': './r', 'allow-host-path': ['/srv/x/'] }, [], PLACE),
    {
      dataDir: '/work/d',
      runDir: '/work/r',
      listen: ['unix:///work/r/tsmoby.sock', 'https://127.0.0.1:0'],
      logLevel: 'info',
      allowHostPath: ['/srv/x'],
      allowBuildEntitlement: [],
      defaultBuilder: true,
      syncDirectories: [],
    },
  );
});

test('webhooks are taken where the flag says, and nowhere by default', (t) => {
  const listening = { 'webhook-listen': '[::1]:0', 'webhook-tls-cert': 'c.pem', 'webhook-tls-key': '/k.pem' };
  t.like(daemonOptions({ ...FLAGS, ...listening }, [], PLACE), {
    webhookListen: '[::1]:0',
    webhookTls: { cert: '/work/c.pem', key: '/k.pem' },
  });
  t.is(daemonOptions(FLAGS, [], PLACE).webhookListen, undefined);
});

test('a daemon for one job has all in one directory, and no other beside', (t) => {
  t.like(daemonOptions({ ...FLAGS, ephemeral: 'job' }, [], PLACE), {
    dataDir: '/work/job/data',
    runDir: '/work/job/run',
  });
  t.throws(() => daemonOptions({ ...FLAGS, ephemeral: 'job', 'run-dir': 'r' }, [], PLACE), { name: 'UsageError' });
});

for (const [flags, args, message] of [
  [{ listen: ['tcp://x'] }, [], '--listen tcp://x: write it as unix:///path or https://127.0.0.1:PORT'],
  [
    { listen: ['https://127.0.0.1:70000'] },
    [],
    '--listen https://127.0.0.1:70000: write it as unix:///path or https://127.0.0.1:PORT',
  ],
  [{ containerd: 'docker' }, [], '--containerd docker: write own, system or unix:///path/of/containerd.sock'],
  [{ 'allow-host-path': ['x'] }, [], '--allow-host-path x: the path must be absolute'],
  [
    { 'allow-build-entitlement': ['root'] },
    [],
    '--allow-build-entitlement root: write network.host or security.insecure',
  ],
  [{ 'webhook-listen': '9292' }, [], '--webhook-listen 9292: write it as 127.0.0.1:PORT or [::1]:PORT'],
  [{ 'webhook-listen': '::1:9292' }, [], '--webhook-listen ::1:9292: write it as 127.0.0.1:PORT or [::1]:PORT'],
  [
    { 'webhook-listen': '127.0.0.1:9292', 'webhook-tls-key': 'k' },
    [],
    '--webhook-tls-cert and --webhook-tls-key are given both or not at all',
  ],
  [
    { 'webhook-tls-cert': 'c', 'webhook-tls-key': 'k' },
    [],
    '--webhook-tls-cert: say where to listen with --webhook-listen',
  ],
  [{}, ['start'], 'the daemon takes no arguments: "start"'],
] as const) {
  test(`the daemon refuses: ${message}`, (t) => {
    t.throws(() => daemonOptions({ ...FLAGS, ...flags }, args, PLACE), { name: 'UsageError', message });
  });
}
