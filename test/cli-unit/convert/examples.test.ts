/** Files as people write them, and what matters of each. */
import test from 'ava';
import { example } from './examples.ts';

test('wordpress: a site with its database, and a password from the environment', async (t) => {
  const made = await example(t, 'wordpress');
  t.deepEqual(made.names, [
    'Network/wordpress-default',
    'Volume/wp',
    'Volume/db',
    'Container/wordpress',
    'Container/db',
  ]);
  t.like(made.spec('wordpress'), {
    ports: [{ containerPort: 80, hostPort: 8080 }],
    restartPolicy: 'Always',
    dependsOn: [{ kind: 'Container', name: 'db', condition: 'Started' }],
  });
  // as a manifest reads it, it is pa$$word again
  t.deepEqual(made.spec('db').env?.[1], { name: 'MYSQL_PASSWORD', value: 'pa$$$word' });
  t.deepEqual(made.object('Volume', 'wp').spec, { populate: 'Image' });
  t.deepEqual(made.spec('wordpress').volumes?.[1]?.hostPath, { path: `${made.directory}/uploads.ini` });
  t.regex(made.stderr, /must allow these paths: --allow-host-path \S+\/uploads\.ini\n/);
  t.is(made.told('version'), 'ignored: docker compose ignores it, too');
});

test('flask: what is built follows what is saved, and is probed as docker probes', async (t) => {
  const made = await example(t, 'flask');
  t.like(made.object('Build', 'app').spec, { watch: true, context: { directory: { path: `${made.directory}/app` } } });
  t.deepEqual(made.spec('app').imageFrom, { kind: 'Build', name: 'app' });
  t.like(made.spec('app').readinessProbe, { periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 5 });
  t.is(made.spec('app').publishNotReadyAddresses, true);
  t.is(made.spec('app').livenessProbe, undefined);
  t.deepEqual(made.spec('nginx').dependsOn, [{ kind: 'Container', name: 'app', condition: 'Ready', restart: true }]);
  t.regex(made.told('services.app.develop.watch'), /^about Build spec\.watch/);
});

test('traefik: labels of any text, and three containers under one name', async (t) => {
  const made = await example(t, 'traefik');
  const { metadata } = made.object('Container', 'whoami-2');
  t.is(metadata.annotations?.['traefik.http.routers.whoami.rule'], 'Host(`whoami.localhost`)');
  t.is(metadata.labels?.['traefik.enable'], 'true');
  t.deepEqual(made.spec('whoami-3').networks, [{ name: 'edge-net', aliases: ['whoami'] }]);
  t.deepEqual(made.spec('whoami-1').resources, { limits: { cpu: '250m', memory: '64Mi' } });
  t.is(made.spec('traefik').securityContext?.allowPrivilegeEscalation, false);
});

test('monitoring: configuration in the file, a secret of the environment, the network of the machine', async (t) => {
  const made = await example(t, 'monitoring');
  t.regex(made.object('ConfigMap', 'prometheus').data?.['prometheus'] ?? '', /^scrape_configs:\n/);
  t.is(Buffer.from(made.object('Secret', 'grafana-admin').data?.['grafana_admin'] ?? '', 'base64').toString(), 'admin');
  t.deepEqual(made.spec('grafana').volumes?.[0]?.secret?.items, [
    { key: 'grafana_admin', path: 'grafana_admin', mode: 0o400, uid: 472 },
  ]);
  t.like(made.spec('grafana').volumeMounts?.[0], { mountPath: '/run/secrets/grafana_admin', subPath: 'grafana_admin' });
  t.deepEqual(made.spec('grafana').logging, { maxSize: '10Mi', maxFiles: 3 });
  t.like(made.spec('node-exporter'), { hostNetwork: true, networks: undefined });
  t.true(made.spec('node-exporter').hostPID);
});

test('migrations: first healthy, then completed, then the application', async (t) => {
  const made = await example(t, 'migrations');
  t.deepEqual(made.spec('api').dependsOn, [
    { kind: 'Container', name: 'postgres', condition: 'Ready' },
    { kind: 'Container', name: 'migrate', condition: 'Completed' },
  ]);
  t.like(made.spec('migrate'), { restartPolicy: 'Never', args: ['./manage', 'migrate'] });
  t.is(made.spec('api').restartPolicy, 'OnFailure');
  t.deepEqual(made.spec('postgres').readinessProbe?.exec?.command, [
    '/bin/sh',
    '-c',
    'pg_isready -U postgres -d ${POSTGRES_DB}',
  ]);
  t.is(made.spec('postgres').terminationGracePeriodSeconds, 60);
  t.true(made.spec('postgres').volumeMounts?.some(({ mountPath }) => mountPath === '/dev/shm'));
  t.is(made.object('Container', 'api').metadata.labels?.['app.kubernetes.io/part-of'], 'orders');
});

test('build: stages, arguments, secrets, one from another, and one for two who build the same', async (t) => {
  const made = await example(t, 'build');
  const { spec } = made.object('Build', 'web');
  t.like(spec, {
    reference: 'example.com/team/web:dev',
    target: 'production',
    dockerfile: { path: 'build/Dockerfile' },
    args: [{ name: 'VERSION', value: 'dev' }],
    contexts: [{ name: 'base', build: { name: 'base' } }],
    secrets: [{ id: 'npm_token', secretKeyRef: { name: 'npm-token', key: 'npm-token' } }],
    hostAliases: [{ ip: '10.0.0.5', hostnames: ['registry.local'] }],
    shmSize: '256Mi',
  });
  t.regex(made.object('Build', 'base').spec.dockerfile?.inline ?? '', /^FROM scratch\n/);
  t.false(made.names.includes('Container/base'));
  t.is(made.spec('twin').imageFrom?.name, 'twin');
  t.deepEqual(made.spec('worker').command, ['/worker']);
});

test('proxy: the way out first, addresses, and what is not made here', async (t) => {
  const made = await example(t, 'proxy');
  t.deepEqual(made.spec('proxy').networks, [
    { name: 'outside', aliases: ['proxy'] },
    { name: 'inside', aliases: ['proxy', 'gateway'], ip: '172.28.5.10' },
  ]);
  t.deepEqual(
    made.spec('app').networks?.map(({ name }) => name),
    ['inside', 'data'],
  );
  t.true(made.spec('app').networks?.[1]?.aliases?.includes('frontend'));
  t.deepEqual(made.object('Network', 'inside').spec, {
    mtu: 1450,
    subnets: [{ subnet: '172.28.5.0/24', gateway: '172.28.5.1' }],
  });
  t.deepEqual(made.object('Network', 'data').spec, { internal: true });
  t.like(made.spec('metrics'), {
    networkMode: 'container:app',
    dependsOn: [{ kind: 'Container', name: 'app', condition: 'Started' }],
  });
  t.is(made.spec('app').hostname, 'app-1');
  t.regex(made.told('networks.legacy'), /^ignored/);
  t.false(made.names.includes('Network/proxy-default'));
});

test('profiles: what is asked for', async (t) => {
  const names = async (...args: string[]): Promise<string[]> =>
    (await example(t, 'profiles', args)).names.filter((name) => name.startsWith('Container/'));
  t.deepEqual(await names(), ['Container/api']);
  t.deepEqual(await names('--profile', 'debug'), ['Container/api', 'Container/debug']);
  t.deepEqual(await names('--profile', '*'), [
    'Container/api',
    'Container/mailhog',
    'Container/debug',
    'Container/backup',
  ]);
  const debug = await example(t, 'profiles', ['--profile', 'dev']);
  t.like(debug.spec('debug'), { tty: true, stdin: true, networkMode: 'container:api' });
  t.regex(debug.told('services.debug.depends_on'), /mailhog is waited for all the same/);
});

test('extends: parts of other files, with their env files and directories', async (t) => {
  const made = await example(t, 'extends');
  const env = (name: string): string =>
    made
      .spec(name)
      .env?.map((one) => `${one.name}=${one.value ?? ''}`)
      .join(' ') ?? '';
  t.is(env('web'), 'LOG_LEVEL=info REGION=eu ROLE=web');
  t.is(env('worker'), 'LOG_LEVEL=info REGION=eu ROLE=worker');
  t.like(made.spec('worker'), {
    image: 'web:1',
    args: ['work'],
    init: true,
    restartPolicy: 'Always',
    ports: undefined,
  });
  t.is(made.spec('database').image, 'postgres:16');
  t.is(made.spec('database').volumes?.[0]?.hostPath?.path, `${made.directory}/database/init`);
  t.is(made.spec('worker').dependsOn?.[0]?.condition, 'Ready');
});

test('env: everything from variables', async (t) => {
  const made = await example(t, 'env');
  t.like(made.spec('app'), {
    image: 'app:2.1',
    restartPolicy: 'Always',
    args: ['sh', '-c', 'echo $HOME costs 5$'],
    ports: [{ containerPort: 80, hostPort: 8088 }],
    resources: { limits: { memory: '256Mi', cpu: '1500m' } },
    securityContext: { privileged: false },
  });
  t.deepEqual(made.spec('app').env, [
    { name: 'TZ', value: 'UTC' },
    { name: 'URL', value: 'http://localhost:8088/' },
  ]);
  t.is(made.object('Container', 'app').metadata.labels?.['app.kubernetes.io/part-of'], 'envy');
});

test('stateful: memory, limits, volumes of all sorts', async (t) => {
  const made = await example(t, 'stateful');
  t.deepEqual(made.object('Volume', 'queue').spec, { tmpfs: { sizeLimit: '128Mi' } });
  t.deepEqual(made.object('Volume', 'queue-var-lib-rabbitmq').spec, { populate: 'Image', reclaimPolicy: 'Delete' });
  t.false(made.names.includes('Volume/index'));
  t.deepEqual(made.spec('search').resources, {
    limits: { memory: '1Gi', pids: '4096' },
    requests: { memory: '512Mi', cpu: '500m' },
  });
  t.deepEqual(made.spec('store').args, ['server', '/data', '--console-address', ':9001']);
  t.like(made.spec('store'), { imagePullPolicy: 'Always', lifecycle: { stopSignal: 'SIGINT' } });
  t.deepEqual(made.spec('store').volumes?.[0]?.hostPath, { path: `${made.directory}/data`, type: 'DirectoryOrCreate' });
  t.is(made.names.filter((name) => name.startsWith('Image/')).length, 1);
  t.like(made.object('Container', 'store').metadata, {
    labels: { 'com.example.team': 'storage' },
    annotations: { 'com.example.note': 'two words' },
  });
  t.deepEqual(made.spec('queue').ports?.[1], { containerPort: 15672, endPort: 15673, hostPort: 15672 });
});
