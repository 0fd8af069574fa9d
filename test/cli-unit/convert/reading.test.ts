/** Files are read as docker compose reads them: variables, merging, extending, including, profiles. */
import test from 'ava';
import { convert } from './world.ts';

const command = (text: string): string => `services: {a: {image: x, command: [${JSON.stringify(text)}]}}\n`;

for (const [text, expected] of [
  ['$SET ${SET} ${EMPTY}|$$SET', 'one one |$SET'],
  ['${SET:-d} ${EMPTY:-d} ${NONE:-d}', 'one d d'],
  ['${SET-d} [${EMPTY-d}] ${NONE-d}', 'one [] d'],
  ['${SET:+a} [${EMPTY:+a}] [${NONE:+a}]', 'a [] []'],
  ['${SET+a} ${EMPTY+a} [${NONE+a}]', 'a a []'],
  ['${NONE:-${SET}-${EMPTY:-${NONE:-deep}}}', 'one-deep'],
  ['${SET:?no} ${SET?no} [${EMPTY?no}]', 'one one []'],
  ['${NONE:-a:b?c+d}', 'a:b?c+d'],
] as const)
  test(`variables: ${text}`, async (t) => {
    const made = await convert(t, command(text), { env: { SET: 'one', EMPTY: '' } });
    t.deepEqual(made.spec('a').args, [expected]);
  });

test('variables that are missing or badly written say so, with the place', async (t) => {
  const errorOf = async (text: string): Promise<string> => (await convert(t, command(text))).stderr;
  t.regex(
    await errorOf('${NONE:?give it}'),
    /^error: compose\.yaml:1:36: required variable NONE is missing a value: give it/,
  );
  t.regex(await errorOf('${EMPTY?}'), /required variable EMPTY is missing a value \(/);
  t.regex(await errorOf('a ${ b'), /invalid interpolation format in "a \$\{ b"/);
  t.regex(await errorOf('50$'), /invalid interpolation format/);
  const unset = await convert(t, command('$NONE.'));
  t.is(unset.report[0], 'warning: the variable NONE is not set, and empty');
  t.deepEqual(unset.spec('a').args, ['.']);
});

test('the environment wins over --env-file, which stands in for .env', async (t) => {
  const files = {
    'compose.yaml': command('$A $B $C'),
    '.env': 'A=dot\nB=dot # comment\nC="dot"\n',
    'prod.env': 'A=prod\nexport B=\'$A\'\nC="${A}-${HOME_DIR}"\n',
  };
  t.deepEqual((await convert(t, files, { env: { A: 'env' } })).spec('a').args, ['env dot dot']);
  const prod = await convert(t, files, { args: ['--env-file', 'prod.env'], env: { HOME_DIR: 'h' } });
  t.deepEqual(prod.spec('a').args, ['prod $A prod-h']);
});

test('env files: quotes, escapes, several lines, required, raw; environment wins', async (t) => {
  const made = await convert(
    t,
    {
      'compose.yaml':
        'services: {a: {image: x, env_file: [one.env, {path: gone.env, required: false}, {path: raw.env, format: raw}], environment: {WIN: yes, TAKEN: , GONE: }}}',
      'one.env':
        'PLAIN=a b # no\nQUOTED="a\\tb\nc # yes"\nSINGLE=\'$PLAIN\'\nEXPANDED=${PLAIN}!\nWIN=no\nHOST\nEMPTY=\n',
      'raw.env': 'RAW="$PLAIN" # all\n',
    },
    { env: { HOST: 'h', TAKEN: 't' } },
  );
  const env = Object.fromEntries(made.spec('a').env?.map(({ name, value }) => [name, value]) ?? []);
  t.deepEqual(env, {
    PLAIN: 'a b',
    QUOTED: 'a\tb\nc # yes',
    SINGLE: '$PLAIN',
    EXPANDED: 'a b!',
    WIN: 'yes',
    HOST: 'h',
    EMPTY: '',
    RAW: '"$PLAIN" # all',
    TAKEN: 't',
  });
  const gone = await convert(t, 'services: {a: {image: x, env_file: gone.env}}');
  t.regex(gone.stderr, /^error: compose\.yaml:1:\d+: the file "gone\.env" is not there/);
});

test('words are what docker compose makes of them', async (t) => {
  const made = await convert(
    t,
    'services: {a: {image: x, environment: {A: 0777, B: 1.10, C: yes, D: 1_000, E: 0x1F, F: "08", G: 1e3}}}',
  );
  t.is(
    made
      .spec('a')
      .env?.map(({ value }) => value)
      .join(' '),
    '511 1.1 yes 1000 31 08 1000',
  );
});

const base = `
services:
  a:
    image: one
    command: first
    environment: [A=1, B=1]
    ports: ["80:80", "81:81"]
    volumes: [data:/data, logs:/logs]
    labels: {x: one}
    dns: 1.1.1.1
    depends_on: [b]
    cap_add: [CHOWN]
  b: {image: one}
volumes: {data: , logs: }
`;

test('files are merged by the rules of Compose, !reset and !override included', async (t) => {
  const over = `
services:
  a:
    image: two
    command: second word
    environment: {B: 2, C: 3}
    ports: !override ["90:90"]
    volumes: [./x:/data]
    labels: [y=two]
    depends_on: {b: {condition: service_healthy}}
    cap_add: !reset []
`;
  const made = await convert(
    t,
    { 'compose.yaml': base, 'over.yaml': over },
    { args: ['-f', 'compose.yaml', '-f', 'over.yaml'] },
  );
  const spec = made.spec('a');
  t.is(spec.image, 'two');
  t.deepEqual(spec.args, ['second', 'word']);
  t.deepEqual(spec.env, [
    { name: 'A', value: '1' },
    { name: 'B', value: '2' },
    { name: 'C', value: '3' },
  ]);
  t.deepEqual(spec.ports, [{ containerPort: 90, hostPort: 90 }]);
  t.deepEqual(
    spec.volumeMounts?.map(({ mountPath, name }) => `${name} ${mountPath}`),
    ['host-data /data', 'logs /logs'],
  );
  t.is(spec.dependsOn?.[0]?.condition, 'Ready');
  t.is(spec.securityContext, undefined);
  t.is(made.object('Container', 'a').metadata.labels?.['y'], 'two');
  t.true(made.report.some((line) => line.startsWith('over.yaml:4:5: services.a.image: ')));
  t.true(made.report.some((line) => line.startsWith('compose.yaml:10:5: services.a.dns: ')));
});

test('compose.override.yaml is found, COMPOSE_FILE names others, - is standard input', async (t) => {
  const files = {
    'compose.yaml': base,
    'compose.override.yaml': 'services: {b: {image: over}}',
    'c.yml': 'services: {c: {image: c}}',
  };
  t.is((await convert(t, files)).spec('b').image, 'over');
  const named = await convert(t, files, { env: { COMPOSE_FILE: 'c.yml' } });
  t.deepEqual(named.names, ['Network/shop-default', 'Container/c']);
  t.deepEqual((await convert(t, files, { args: ['-'], stdin: 'services: {d: {image: d}}' })).names.slice(1), [
    'Container/d',
  ]);
});

test('extends: of this file and of another, whose paths count from there', async (t) => {
  const files = {
    'compose.yaml': `
services:
  base: {image: one, environment: {A: 1}, x-note: 1}
  web: {extends: base, environment: {B: 2}}
  job: {extends: {file: common/jobs.yaml, service: job}, command: run}
`,
    'common/jobs.yaml':
      'services: {job: {extends: kind, env_file: job.env, volumes: [./data:/data]}, kind: {image: kind, restart: always}}',
    'common/job.env': 'J=${WHO}\n',
  };
  const made = await convert(t, files, { env: { WHO: 'me' } });
  t.deepEqual(
    made.spec('web').env?.map(({ name }) => name),
    ['A', 'B'],
  );
  t.like(made.spec('job'), {
    image: 'kind',
    restartPolicy: 'Always',
    args: ['run'],
    env: [{ name: 'J', value: 'me' }],
  });
  t.is(made.spec('job').volumes?.[0]?.hostPath?.path, `${made.directory}/common/data`);
  const circle = await convert(t, 'services: {a: {extends: b}, b: {extends: a}}');
  t.regex(circle.stderr, /services extend each other in a circle/);
  const gone = await convert(t, 'services: {a: {extends: nope}}');
  t.regex(gone.stderr, /compose\.yaml:1:\d+: extends: there is no service "nope" in compose\.yaml; there are a/);
});

test('include: other files, with their own directory and .env', async (t) => {
  const files = {
    'compose.yaml':
      'include: [db/compose.yaml]\nservices: {web: {image: w, depends_on: [db]}, db: {restart: always}}\n',
    'db/compose.yaml': 'services: {db: {image: "db:${TAG}", volumes: [./d:/d, v:/v]}}\nvolumes: {v: }\n',
    'db/.env': 'TAG=5\n',
  };
  const made = await convert(t, files);
  t.deepEqual(made.names, ['Network/shop-default', 'Volume/v', 'Container/db', 'Container/web']);
  t.like(made.spec('db'), { image: 'db:5', restartPolicy: 'Always' });
  t.is(made.spec('db').volumes?.[0]?.hostPath?.path, `${made.directory}/db/d`);
  const circle = await convert(t, { 'compose.yaml': 'include: [compose.yaml]\nservices: {a: {image: a}}' });
  t.regex(circle.stderr, /files include each other in a circle/);
});

test('profiles: those that are not enabled are left out, and missed where they are needed', async (t) => {
  const text = 'services: {web: {image: w}, debug: {image: d, profiles: [debug], depends_on: [web]}}';
  const without = await convert(t, text);
  t.deepEqual(without.names.slice(1), ['Container/web']);
  t.is(without.told('services.debug'), 'ignored: not enabled: --profile debug has it converted, too');
  t.is((await convert(t, text, { args: ['--profile', 'debug'] })).names.length, 3);
  t.is((await convert(t, text, { env: { COMPOSE_PROFILES: 'a,debug' } })).names.length, 3);
  const needed = await convert(t, 'services: {web: {image: w, depends_on: [db]}, db: {image: d, profiles: [db]}}');
  t.regex(needed.stderr, /service "db" is disabled: enable it with --profile db/);
});

test('anchors, aliases and merge keys', async (t) => {
  const made = await convert(
    t,
    'x-env: &env {A: 1, B: 2}\nx-base: &base {image: b, restart: always}\nservices:\n  a: {<<: *base, environment: {<<: *env, B: 3}}\n',
  );
  t.like(made.spec('a'), { image: 'b', restartPolicy: 'Always' });
  t.is(
    made
      .spec('a')
      .env?.map(({ name, value }) => `${name}=${value ?? ''}`)
      .join(' '),
    'A=1 B=3',
  );
});

test('JSON, a namespace, and a file for each object', async (t) => {
  const list = await convert(t, 'services: {a: {image: x}}', { args: ['-o', 'json'] });
  t.deepEqual((JSON.parse(list.stdout) as { kind: string; items: unknown[] }).items.length, 2);
  const placed = await convert(t, 'services: {a: {image: x}}', { args: ['-n', 'team'] });
  t.deepEqual(placed.names[0], 'Namespace/team');
  t.is(placed.object('Container', 'a').metadata.namespace, 'team');
  const written = await convert(t, 'services: {a: {image: x}}', { args: ['--output-dir', 'out'] });
  t.is(written.stdout, 'out/network-shop-default.yaml\nout/container-a.yaml\n');
});
