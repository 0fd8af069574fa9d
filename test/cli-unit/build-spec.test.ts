import test from 'ava';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildNameOf, buildSpecOf } from '../../cli/commands/build/build-spec.ts';
import { buildFlags } from '../../cli/commands/build/flags.ts';
import { parseFlags } from '../../cli/flags/parse.ts';
import type { BuildSpec } from '../../schemas/gen/types.ts';
import { makeFolder } from '../support/interruption.ts';

const ENV = { FROM_ENV: 'value' };
const NEVER = { contextPolicy: { interval: '0' }, basePolicy: { interval: '0' } };

/** The spec of a command line that is typed beside a directory `app`; `CWD` in the answer is where. */
async function specOf(line: readonly string[]): Promise<BuildSpec> {
  const cwd = await makeFolder('/tmp/tsm-spec-');
  try {
    await mkdir(join(cwd, 'app', 'docker'), { recursive: true });
    await writeFile(join(cwd, 'file'), '');
    const { args, flags } = parseFlags(line, buildFlags);
    const spec = await buildSpecOf(args[0] ?? '', flags, { cwd, env: ENV }, async () => 'FROM scratch\n');
    return JSON.parse(JSON.stringify(spec).replaceAll(cwd, 'CWD')) as BuildSpec;
  } finally {
    await rm(cwd, { recursive: true });
  }
}

const ROWS: readonly (readonly [line: string, spec: BuildSpec])[] = [
  ['app', { context: { directory: { path: 'CWD/app' } } }],
  ['-', { dockerfile: { inline: 'FROM scratch\n' } }],
  ['app -f -', { context: { directory: { path: 'CWD/app' } }, dockerfile: { inline: 'FROM scratch\n' } }],
  [
    'app -f app/docker/release',
    { context: { directory: { path: 'CWD/app' } }, dockerfile: { path: 'docker/release' } },
  ],
  ['app -f file', { context: { directory: { path: 'CWD/app' } }, dockerfile: { path: 'CWD/file' } }],
  ['https://host/app.git', { context: { git: { url: 'https://host/app.git' } } }],
  [
    'https://host/app.git#main:server/go -f docker/release',
    {
      context: { git: { url: 'https://host/app.git', ref: 'main', subdirectory: 'server/go' } },
      dockerfile: { path: 'docker/release' },
    },
  ],
  ['git@host:team/app.git#:sub', { context: { git: { url: 'git@host:team/app.git', subdirectory: 'sub' } } }],
  ['github.com/team/app', { context: { git: { url: 'https://github.com/team/app' } } }],
  ['https://host/app.tar.gz', { context: { http: { url: 'https://host/app.tar.gz' } } }],
  ['- -t app:dev --target x', { reference: 'app:dev', target: 'x', ...inline() }],
  ['- --platform linux/amd64,linux/arm64', { platforms: ['linux/amd64', 'linux/arm64'], ...inline() }],
  [
    '- --build-arg A=1 --build-arg B= --build-arg FROM_ENV --build-arg NOWHERE',
    {
      args: [
        { name: 'A', value: '1' },
        { name: 'B', value: '' },
        { name: 'FROM_ENV', value: 'value' },
      ],
      ...inline(),
    },
  ],
  ['- --label a=b=c --label d', { labels: { a: 'b=c', d: '' }, ...inline() }],
  ['- --no-cache --pull', { noCache: true, pullPolicy: 'Always', ...inline() }],
  ['- --no-cache-filter a,b', { noCacheStages: ['a', 'b'], ...inline() }],
  ['- --network none', { network: 'None', ...inline() }],
  ['- --network host', { network: 'Host', entitlements: ['network.host'], ...inline() }],
  ['- --allow security.insecure', { entitlements: ['security.insecure'], ...inline() }],
  [
    '- --add-host a:1.2.3.4 --add-host b=[::1]',
    {
      hostAliases: [
        { ip: '1.2.3.4', hostnames: ['a'] },
        { ip: '::1', hostnames: ['b'] },
      ],
      ...inline(),
    },
  ],
  [
    '- --ulimit nofile=10:20 --ulimit nproc=5',
    {
      ulimits: [
        { name: 'nofile', soft: 10, hard: 20 },
        { name: 'nproc', soft: 5 },
      ],
      ...inline(),
    },
  ],
  ['- --shm-size 64m', { shmSize: '64Mi', ...inline() }],
  ['- --shm-size 1gb', { shmSize: '1Gi', ...inline() }],
  ['- --builder other', { builderName: 'other', ...inline() }],
  [
    '- --build-context a=app --build-context b=docker-image://busybox:1 --build-context c=https://host/c.git --build-context d=oci-layout://app:tag',
    {
      contexts: [
        { name: 'a', directory: { path: 'CWD/app' } },
        { name: 'b', reference: 'busybox:1' },
        { name: 'c', git: { url: 'https://host/c.git' } },
        { name: 'd', ociLayout: { path: 'CWD/app', tag: 'tag' } },
      ],
      ...inline(),
    },
  ],
  [
    '- -t r/a:1 -t r/b:1 --push',
    {
      reference: 'r/a:1',
      outputs: [{ image: {} }, { push: { reference: 'r/a:1' } }, { push: { reference: 'r/b:1' } }],
      ...inline(),
    },
  ],
  ['- -o out', { outputs: [{ directory: { path: 'CWD/out' } }], ...inline() }],
  [
    '- -o type=tar,dest=a.tar -o type=oci,dest=/b.tar --load',
    { outputs: [{ image: {} }, { tar: { path: 'CWD/a.tar' } }, { ociArchive: { path: '/b.tar' } }], ...inline() },
  ],
  [
    '- -t r/a -o type=registry,registry.insecure=true',
    { reference: 'r/a', outputs: [{ push: { reference: 'r/a', insecure: true } }], ...inline() },
  ],
  [
    '- -o type=image,name=r/x,push=true --load',
    { outputs: [{ image: {} }, { push: { reference: 'r/x' } }], ...inline() },
  ],
  [
    '- --cache-from r/c --cache-from type=local,src=c --cache-to type=registry,ref=r/c,mode=max --cache-to type=inline',
    {
      cache: {
        from: [{ registry: { reference: 'r/c' } }, { local: { path: 'CWD/c' } }],
        to: [{ registry: { reference: 'r/c', mode: 'max' } }, { inline: {} }],
      },
      ...inline(),
    },
  ],
  ['- --sbom --provenance=mode=max', { attestations: { sbom: {}, provenance: { mode: 'max' } }, ...inline() }],
  ['- --sbom=false --provenance=false', inline()],
];

function inline(): BuildSpec {
  return { dockerfile: { inline: 'FROM scratch\n' } };
}

for (const [line, spec] of ROWS)
  test(`build ${line}`, async (t) => t.deepEqual(await specOf(line.split(' ')), { ...NEVER, ...spec }));

for (const [place, tag, name] of [
  ['.', undefined, 'my-app'],
  ['..', undefined, 'src'],
  ['/', undefined, undefined],
  ['sub/Dir_1', undefined, 'dir-1'],
  ['https://host/team/app.git#main:x', undefined, 'app'],
  ['.', 'localhost:5000/team/Web:1.4', 'web'],
  ['.', 'web', 'web'],
  ['.', 'r/web@sha256:0', 'web'],
  ['-', undefined, 'stdin'],
] as const) {
  test(`a Build of ${place} ${tag ?? ''} is called ${name ?? 'nothing'}`, (t) => {
    const named = (): string =>
      buildNameOf(place, { name: undefined, tag: tag === undefined ? [] : [tag] }, { cwd: '/src/my app' });
    if (name === undefined) t.throws(named, { message: `"${place}" makes no name for a Build: give one with --name` });
    else t.is(named(), name);
  });
}
