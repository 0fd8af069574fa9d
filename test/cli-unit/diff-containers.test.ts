/** What `tsmoby diff` says about containers that run. */
import test from 'ava';
import { openCliWorld, type CliWorld } from './world.ts';

const CONTAINER = (spec: string, metadata = 'name: web'): string =>
  `apiVersion: tsmoby.dev/v1alpha1\nkind: Container\nmetadata: {${metadata}}\nspec: {image: "app:1"${spec}}\n`;

/** What stands behind the diffs. */
async function linesOf(world: CliWorld, stdin: string, columns?: number): Promise<string> {
  const options = { stdin, env: { PATH: process.env['PATH'] ?? '' }, ...(columns === undefined ? {} : { columns }) };
  const { stdout, stderr } = await world.tsmoby(['diff', '-f', '-'], options);
  if (!/^(?:note: .*\n)?$/.test(stderr)) throw new Error(stderr);
  return stdout.split('\n\n').at(1) ?? '';
}

const BEFORE = ', command: [a], ports: [{containerPort: 80}]';

const ROWS: readonly (readonly [title: string, after: string, expected: string])[] = [
  [
    'a field that only another instance can follow replaces it',
    CONTAINER(', ports: [{containerPort: 80}]'),
    'replaced (spec.command)',
  ],
  [
    'only what asks for another instance is a cause of it',
    CONTAINER(', command: [b], ports: [{containerPort: 81}]').replace('app:1', 'app:2'),
    'replaced (spec.command, spec.image)',
  ],
  [
    'StartFirst is told with what it promises',
    CONTAINER(`${BEFORE}, updateStrategy: {type: StartFirst}`).replace('app:1', 'app:2'),
    'replaced, StartFirst: the old one serves until the new one is ready (spec.image)',
  ],
  [
    'where StartFirst cannot be, that and why is told',
    CONTAINER(`${BEFORE}, restartPolicy: OnFailure, updateStrategy: {type: StartFirst}`).replace('app:1', 'app:2'),
    'replaced, not by StartFirst: the old one is stopped first, because restartPolicy is OnFailure (spec.image)',
  ],
  [
    'a paused one is left alone',
    CONTAINER(`${BEFORE}, paused: true`).replace('app:1', 'app:2'),
    'not touched while spec.paused is set, then replaced (spec.image)',
  ],
  [
    'what can be changed in place is',
    CONTAINER(', command: [a], ports: [{containerPort: 81}], resources: {limits: {pids: 9}}'),
    'changed in place (spec.ports, spec.resources)',
  ],
  [
    'a request for a restart is a cause',
    CONTAINER(BEFORE, 'name: web, annotations: {tsmoby.dev/restartedAt: x}'),
    'replaced (metadata.annotations[tsmoby.dev/restartedAt])',
  ],
  [
    'labels touch nothing',
    CONTAINER(BEFORE, 'name: web, labels: {a: b}, annotations: {c: d}'),
    'nothing that runs is touched (metadata.labels, metadata.annotations)',
  ],
];

for (const [title, after, expected] of ROWS)
  test(title, async (t) => {
    await using world = await openCliWorld();
    await world.tsmoby(['apply', '-f', '-'], { stdin: CONTAINER(BEFORE) });
    t.is(await linesOf(world, after), `container.tsmoby.dev/web: ${expected}\n`);
  });

test('one that is not there is created, and one that stays as it is has no line', async (t) => {
  await using world = await openCliWorld();
  await world.tsmoby(['apply', '-f', '-'], { stdin: CONTAINER('') });
  const db = CONTAINER('', 'name: db');
  t.is(await linesOf(world, `${CONTAINER('')}---\n${db}`), 'container.tsmoby.dev/db: created\n');
  t.is(await linesOf(world, CONTAINER('')), '');
});

test('other kinds have no line', async (t) => {
  await using world = await openCliWorld();
  t.is(await linesOf(world, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'), '');
});

test('namespaces are told where there are several', async (t) => {
  await using world = await openCliWorld();
  await world.tsmoby(['create', 'namespace', 'shop']);
  const both = `${CONTAINER('')}---\n${CONTAINER('', 'name: web, namespace: shop')}`;
  const lines = await linesOf(world, both);
  t.is(
    lines,
    'container.tsmoby.dev/web in namespace default: created\ncontainer.tsmoby.dev/web in namespace shop: created\n',
  );
});

test('on a narrow terminal lines are folded, and stand in', async (t) => {
  await using world = await openCliWorld();
  await world.tsmoby(['apply', '-f', '-'], { stdin: CONTAINER('') });
  const after = CONTAINER(', command: [b], args: [c], tty: true, updateStrategy: {type: StartFirst}');
  const text = await linesOf(world, after, 40);
  t.is(
    text,
    `container.tsmoby.dev/web: replaced,
    StartFirst: the old one serves until
    the new one is ready (spec.args,
    spec.command, spec.tty)
`,
  );
});

test('changed content tells what it does to whoever uses it, as the same apply would have them', async (t) => {
  await using world = await openCliWorld();
  const site = (page: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: site}\ndata: {page: ${page}, other: same}\n`;
  const mount = (onChange: string, items = '') =>
    `, volumes: [{name: v, configMap: {name: site${items}}}], volumeMounts: [{name: v, mountPath: /v${onChange}}]`;
  const variable = (key: string) =>
    `, env: [{name: A, valueFrom: {configMapKeyRef: {name: site, key: ${key}}}}], envOnChange: {action: Recreate}`;
  const users = {
    files: mount(''),
    signal: mount(', onChange: {action: Signal}'),
    exec: mount(', onChange: {action: Exec, exec: {command: [reload, now]}}'),
    restart: mount(', onChange: {action: Restart}'),
    recreate: variable('page'),
    elsewhere: `${mount(', onChange: {action: Restart}', ', items: [{key: other, path: a}]')}${variable('other')}`,
    none: '',
  };
  const all = Object.entries(users).map(([name, spec]) => CONTAINER(spec, `name: ${name}`));
  const { code, stderr } = await world.tsmoby(['apply', '-f', '-'], { stdin: [site('one'), ...all].join('---\n') });
  t.is(code, 0, stderr);
  const after = CONTAINER(`${users.recreate}, paused: true`, 'name: recreate');
  t.deepEqual((await linesOf(world, [site('two'), after].join('---\n'))).trim().split('\n').toSorted(), [
    'container.tsmoby.dev/exec: runs "reload now" (ConfigMap site)',
    'container.tsmoby.dev/files: sees new files (ConfigMap site)',
    'container.tsmoby.dev/recreate: changed in place (spec.paused)',
    'container.tsmoby.dev/recreate: not touched while spec.paused is set, then replaced (ConfigMap site)',
    'container.tsmoby.dev/restart: restarted (ConfigMap site)',
    'container.tsmoby.dev/signal: gets SIGHUP (ConfigMap site)',
  ]);
  t.is(await linesOf(world, site('one')), '');
});
