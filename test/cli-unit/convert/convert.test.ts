/** What one has to know of a service becomes the fields of a Container. */
import test from 'ava';
import { convert } from './world.ts';

const one = (keys: string): string => `services:\n  web:\n    image: nginx:1.27\n${keys.replace(/^/gm, '    ')}\n`;

test('a service becomes a Container in a network of the project, as docker compose would run it', async (t) => {
  const made = await convert(t, one(''));
  t.is(made.code, 0, made.stderr);
  t.deepEqual(made.names, ['Network/shop-default', 'Container/web']);
  t.deepEqual(made.object('Container', 'web').metadata.labels, {
    'app.kubernetes.io/part-of': 'shop',
    'app.kubernetes.io/component': 'web',
  });
  t.deepEqual(made.spec('web'), {
    image: 'nginx:1.27',
    networks: [{ name: 'shop-default', aliases: ['web'] }],
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 10,
  });
  t.is(made.told('services.web.image'), 'to Container/web spec.image');
  t.is(made.report.at(-2), '1 keys: 1 converted, 0 about the same, 0 not supported');
});

test('commands are split as a shell splits them, and reset as docker has it', async (t) => {
  const args = async (keys: string): Promise<unknown> => {
    const { command, args } = (await convert(t, one(keys))).spec('web');
    return { command, args };
  };
  t.deepEqual(await args(`command: sh -c 'echo "a b" c' d\\ e ""`), {
    command: undefined,
    args: ['sh', '-c', 'echo "a b" c', 'd e', ''],
  });
  t.deepEqual(await args('command: [a, "b c"]\nentrypoint: /run.sh -x'), {
    command: ['/run.sh', '-x'],
    args: ['a', 'b c'],
  });
  t.deepEqual(await args('command: a b\nentrypoint: []'), { command: ['a', 'b'], args: undefined });
  t.deepEqual(await args('command: null\nentrypoint: null'), { command: undefined, args: undefined });
});

test('dollar signs mean in a Container what they meant in the service', async (t) => {
  const made = await convert(t, one('command: ["$$(hostname)", "$$$$x", "$$HOME"]\nenvironment: {A: "$$(B)"}'));
  t.deepEqual(made.spec('web').args, ['$$(hostname)', '$$$x', '$HOME']);
  t.deepEqual(made.spec('web').env, [{ name: 'A', value: '$$(B)' }]);
});

test('ports in every form', async (t) => {
  const ports = async (...list: string[]): Promise<unknown> =>
    (await convert(t, one(`ports:\n${list.map((port) => `  - ${port}`).join('\n')}`))).spec('web').ports;
  t.deepEqual(await ports('"80"', '"8080:81"', '127.0.0.1:8001:82', '"53:53/udp"'), [
    { containerPort: 80, hostPort: 0 },
    { containerPort: 81, hostPort: 8080 },
    { containerPort: 82, hostPort: 8001, hostIP: '127.0.0.1' },
    { containerPort: 53, hostPort: 53, protocol: 'UDP' },
  ]);
  t.deepEqual(await ports('"9090-9091:8080-8081"', '127.0.0.1::70', '"[2001:db8::1]:6000:6001"', '3000-3001'), [
    { containerPort: 8080, endPort: 8081, hostPort: 9090 },
    { containerPort: 70, hostPort: 0, hostIP: '127.0.0.1' },
    { containerPort: 6001, hostPort: 6000, hostIP: '2001:db8::1' },
    { containerPort: 3000, hostPort: 0 },
    { containerPort: 3001, hostPort: 0 },
  ]);
  t.deepEqual(
    await ports('{target: 80, published: "8080", host_ip: 127.0.0.1, protocol: tcp, name: http}', '"8000-8009:90"'),
    [
      { name: 'http', containerPort: 80, hostPort: 8080, hostIP: '127.0.0.1' },
      { containerPort: 90, hostPort: 8000 },
    ],
  );
  const local = await convert(t, one('ports: ["[::1]:6000:6000"]'));
  t.deepEqual(local.spec('web').ports, [{ containerPort: 6000, hostPort: 6000, hostIP: '127.0.0.1' }]);
  t.regex(local.told('services.web.ports'), /^about .*127\.0\.0\.1/);
});

test('what is exposed and published stands there once', async (t) => {
  const made = await convert(t, one('expose: ["80", 90]\nports: ["8080:80", "8080:80"]'));
  t.deepEqual(made.spec('web').ports, [{ containerPort: 90 }, { containerPort: 80, hostPort: 8080 }]);
});

test('several containers of a service share its name, and have host ports of their own', async (t) => {
  const made = await convert(
    t,
    `${one('ports: ["8000-8001:80", "9000:90"]\nscale: 2')}  front:\n    image: f\n    depends_on: [web]\n`,
  );
  t.deepEqual(made.names.slice(1), ['Container/web-1', 'Container/web-2', 'Container/front']);
  t.deepEqual(made.spec('web-1').ports, [
    { containerPort: 80, hostPort: 8000 },
    { containerPort: 90, hostPort: 9000 },
  ]);
  t.deepEqual(made.spec('web-2').ports, [{ containerPort: 80, hostPort: 8001 }, { containerPort: 90 }]);
  t.deepEqual(made.spec('web-2').networks, [{ name: 'shop-default', aliases: ['web'] }]);
  t.deepEqual(
    made.spec('front').dependsOn?.map(({ name }) => name),
    ['web-1', 'web-2'],
  );
  t.regex(made.told('services.web.ports'), /^about /);
});

test('names become names of objects, and two that would be one are told apart', async (t) => {
  const made = await convert(t, 'services:\n  my_db: {image: a}\n  my-db: {image: b, depends_on: [my_db]}\n');
  t.deepEqual(made.names.slice(1), ['Container/my-db', 'Container/my-db-2']);
  t.deepEqual(made.spec('my-db').networks, [{ name: 'shop-default', aliases: ['my_db'] }]);
  t.deepEqual(made.spec('my-db-2').networks, [{ name: 'shop-default', aliases: ['my-db'] }]);
  t.is(made.spec('my-db-2').dependsOn?.[0]?.name, 'my-db');
});

test('every key is told of, and what is not supported says what to do', async (t) => {
  const text = one('mac_address: x\nsysctls: {a: 1}\nx-mine: 1\nrestart: on-failure:3');
  const made = await convert(t, text);
  t.regex(made.told('services.web.mac_address'), /^not supported: leave it out/);
  t.regex(made.told('services.web.sysctls'), /^not supported: /);
  t.regex(made.told('services.web.x-mine'), /^ignored: /);
  t.regex(made.told('services.web.restart'), /^about Container\/web spec\.restartPolicy: without a limit of 3/);
  t.is(made.report.at(-2), '5 keys: 1 converted, 1 about the same, 2 not supported, 1 ignored');
  const brief = await convert(t, text, { args: ['--report=brief'] });
  t.is(brief.report.length, made.report.length - 2);
  const strict = await convert(t, text, { args: ['--strict'] });
  t.deepEqual([strict.code, strict.stdout], [1, '']);
});

test('mistakes are told with their places, all at once, and end with 2', async (t) => {
  const made = await convert(
    t,
    one('imgae: x\nports: [what]\nvolumes: [data:/d]\ndepends_on: [dbb]\nrestart: sometimes\nprivileged: maybe'),
  );
  t.is(made.code, 2);
  t.is(made.stdout, '');
  const errors = made.report.filter((line) => line !== '');
  t.deepEqual(
    errors.map((line) => /^error: (compose\.yaml:\d+:\d+): services\.web\.?(\w*)/.exec(line)?.slice(1)),
    [
      ['compose.yaml:4:5', 'imgae'],
      ['compose.yaml:5:13', 'ports'],
      ['compose.yaml:6:15', 'volumes'],
      ['compose.yaml:7:18', 'depends_on'],
      ['compose.yaml:8:14', 'restart'],
      ['compose.yaml:9:17', 'privileged'],
    ],
  );
  t.regex(errors[0] ?? '', /did you mean "image"\?/);
});

test('texts that are no Compose file say so', async (t) => {
  t.regex((await convert(t, 'a: [')).stderr, /^error: compose\.yaml:1:\d+: /);
  t.regex((await convert(t, '- a')).stderr, /^error: compose\.yaml:1:1: a Compose file is a map .*, and not a list/);
  t.regex((await convert(t, 'services:\n\tweb: 1\n')).stderr, /compose\.yaml:2:1: a tab is used/);
  t.regex(
    (await convert(t, 'services: {a: {image: x}, a: {image: y}}')).stderr,
    /compose\.yaml:1:\d+: the key "a" stands here twice/,
  );
  t.regex((await convert(t, {})).stderr, /^error: no Compose file: there is none of compose\.yaml/);
  t.regex((await convert(t, { 'x.yaml': '' }, { args: ['x.yaml'] })).stderr, /x\.yaml: there is nothing in it/);
  t.regex((await convert(t, {}, { args: ['nope.yaml'] })).stderr, /^error: the file "nope\.yaml" is not there/);
});

test('services that wait for each other in a circle are refused with the circle', async (t) => {
  const made = await convert(
    t,
    'services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, links: [c]}\n  c: {image: x, depends_on: {a: }}\n  d: {image: x, depends_on: [a]}\n',
  );
  t.is(made.code, 2);
  t.is(
    made.stderr,
    'error: compose.yaml:2:17: services.a: services wait for each other in a circle: a -> b -> c -> a; take one of them out of depends_on or links\n',
  );
});

test('an anonymous volume is never one that the file has', async (t) => {
  const made = await convert(
    t,
    'services:\n  a: {image: x, volumes: [/data, "a-data:/b"]}\n  b: {image: x, volumes_from: [a]}\nvolumes: {a-data: }\n',
  );
  const shown = (name: string): unknown => made.spec(name).volumes?.map((volume) => volume.volume?.name);
  t.deepEqual(shown('a'), ['a-data-2', 'a-data']);
  t.deepEqual(shown('b'), ['a-data-2', 'a-data']);
  t.deepEqual(made.object('Volume', 'a-data-2').spec, { populate: 'Image', reclaimPolicy: 'Delete' });
});

test('each tmpfs is one of its own, and a volume that is mounted twice stands there once', async (t) => {
  const made = await convert(
    t,
    'services: {a: {image: x, tmpfs: [/a, /b], volumes: ["d:/c", "d:/e:ro"]}}\nvolumes: {d: }\n',
  );
  const { volumes = [], volumeMounts = [] } = made.spec('a');
  t.is(new Set(volumes.map(({ name }) => name)).size, 3);
  t.deepEqual(volumes.filter(({ emptyDir }) => emptyDir !== undefined).length, 2);
  t.is(new Set(volumeMounts.map(({ name }) => name)).size, 3);
});
