import { execFile } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import type { Build } from '../../../schemas/gen/types.ts';
import { buildBusyboxImage } from '../../../tools/busybox-image/image.ts';
import { pushImage } from '../../../tools/busybox-image/push.ts';
import { availableBuilders, skipMissing } from '../../support/buildkit/available.ts';
import { BUILD_MS, built, declareBuild, inline, onBuilder } from '../../support/daemon/builds.ts';
import { conditionsOf, type Space } from '../../support/daemon/space.ts';
import { eventually } from '../../support/eventually.ts';
import { makeFolder } from '../../support/interruption.ts';
import { clearFolders } from '../../support/interruption/clear-folders.ts';
import { GIT_CREDENTIALS, startGitServers, type GitServers } from '../../support/git-servers.ts';
import { AUTHORIZATION, CREDENTIALS, startDockerRegistry, type DockerRegistry } from '../registry/docker-registry.ts';

const builders = await availableBuilders();
const [first] = builders.starters;
if (first === undefined) skipMissing(test, 'Sources and results of Builds', builders);

let git: GitServers;
let registry: DockerRegistry;
let secured: DockerRegistry;
const allowed = await makeFolder('/tmp/tsm-out-');

test.before('servers', async () => {
  git = await startGitServers();
  registry = await startDockerRegistry();
  secured = await startDockerRegistry({ auth: true });
});

test.after.always('the servers are gone', async () => {
  await git?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
  await secured?.[Symbol.asyncDispose]();
  await clearFolders([allowed]);
});

const PAGE = 'FROM busybox\nCOPY page /page\n';

const page = (space: Space, name: string, reference: string): Promise<string> =>
  space.shell(name, 'cat /page', { image: reference });

async function login(space: Space, password: string): Promise<void> {
  const config = { auths: { [secured.host]: { username: CREDENTIALS.username, password } } };
  await space.apply({
    kind: 'Secret',
    name: 'login',
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': JSON.stringify(config) },
  });
}

async function told(space: Space, name: string, reason: string): Promise<Build> {
  const has = (object: Build): boolean => conditionsOf(object).some((condition) => condition.reason === reason);
  return await space.until<Build>('Build', name, `a condition has reason ${reason}`, has, BUILD_MS);
}

async function pushBase(to: DockerRegistry, tag: string, mark: string): Promise<string> {
  const target = { registry: `http://${to.host}`, repository: 'team/base', tag };
  const image = await buildBusyboxImage({ files: { 'etc/mark': mark } });
  return await pushImage(to === secured ? { ...target, authorization: AUTHORIZATION } : target, image);
}

const tarNames = async (path: string): Promise<readonly string[]> =>
  (await promisify(execFile)('tar', ['-tf', path])).stdout.split('\n');

if (first !== undefined) {
  const scenario = onBuilder(test, first, { allowHostPath: [allowed] });

  scenario('a commit on a branch is another build, by itself and on request', async (t, space) => {
    const repository = await git.create('site');
    const one = await repository.commit({ 'web/Dockerfile': PAGE, 'web/page': 'one', other: 'x' });
    const { file, http } = git.urls(repository);
    const context = (url: string) => ({ git: { url, ref: 'main', subdirectory: 'web' } });
    await declareBuild(space, 'polls', {
      reference: 'polls:dev',
      context: context(file),
      contextPolicy: { interval: '1s' },
    });
    const asked = { reference: 'asked:dev', context: context(http), contextPolicy: { interval: '0' } };
    await declareBuild(space, 'asked', asked);
    for (const name of ['polls', 'asked']) t.is((await built(space, name)).status?.context?.revision, one);
    const two = await repository.commit({ 'web/page': 'two' });
    t.is((await built(space, 'polls', 2)).status?.context?.revision, two);
    t.is((await space.get<Build>('Build', 'asked')).status?.context?.revision, one);
    await declareBuild(space, 'asked', asked, { 'tsmoby.dev/build-request': 'look-1' });
    t.is((await built(space, 'asked', 2)).status?.context?.revision, two);
    t.is(await page(space, 'run', 'asked:dev'), 'two');
    // A commit beside the context is none for it.
    const three = await repository.commit({ other: 'y' });
    const seen = await space.until<Build>(
      'Build',
      'polls',
      'saw it',
      (object) => object.status?.context?.revision === three,
    );
    t.is(seen.status?.lastBuild?.number, 2);
  });

  scenario('repositories that want a key or a password get them, and wrong ones are told', async (t, space) => {
    const repository = await git.create('private');
    await repository.commit({ Dockerfile: PAGE, page: 'private' });
    const { ssh, secured: behindPassword } = git.urls(repository);
    await space.apply({
      kind: 'Secret',
      name: 'key',
      type: 'kubernetes.io/ssh-auth',
      stringData: { 'ssh-privatekey': git.ssh.privateKey, known_hosts: git.ssh.knownHosts },
    });
    const password = (text: string) =>
      space.apply({
        kind: 'Secret',
        name: 'token',
        type: 'kubernetes.io/basic-auth',
        stringData: { username: GIT_CREDENTIALS.username, password: text },
      });
    await password('not-the-Word');
    const spec = (url: string, name: string) => ({ context: { git: { url, secretRef: { name } } } });
    await declareBuild(space, 'ssh', { ...spec(ssh, 'key'), reference: 'ssh:dev' });
    await declareBuild(space, 'http', { ...spec(behindPassword, 'token'), reference: 'http:dev' });
    await built(space, 'ssh');
    const refused = await told(space, 'http', 'Unauthorized');
    t.false(JSON.stringify(refused).includes('not-the-Word'));
    await password(GIT_CREDENTIALS.password);
    await built(space, 'http');
    t.is(await page(space, 'run', 'http:dev'), 'private');
    t.false((await space.daemon.output()).includes(GIT_CREDENTIALS.password));
  });

  scenario('secrets and arguments go in, and a change of either is another build', async (t, space) => {
    const Dockerfile =
      'FROM busybox\nARG WHO\nRUN --mount=type=secret,id=word sha256sum < /run/secrets/word > /sum && printf "$WHO" > /page\n';
    const word = (text: string) => space.apply({ kind: 'Secret', name: 'word', stringData: { word: text } });
    await word('first-secret-Word');
    await space.apply({ kind: 'ConfigMap', name: 'who', data: { who: 'you' } });
    await declareBuild(space, 'app', {
      reference: 'app:dev',
      context: inline({ Dockerfile }),
      args: [{ name: 'WHO', valueFrom: { configMapKeyRef: { name: 'who', key: 'who' } } }],
      secrets: [{ id: 'word', secretKeyRef: { name: 'word', key: 'word' } }],
    });
    await built(space, 'app');
    t.is(await page(space, 'one', 'app:dev'), 'you');
    await space.apply({ kind: 'ConfigMap', name: 'who', data: { who: 'me' } });
    await built(space, 'app', 2);
    t.is(await page(space, 'two', 'app:dev'), 'me');
    await word('second-secret-Word');
    const { status } = await built(space, 'app', 3);
    t.regex(status?.lastBuild?.cause ?? '', /secret/i);
    t.false(JSON.stringify(status).includes('secret-Word'));
    t.false((await space.daemon.output()).includes('secret-Word'));
  });

  scenario('other Builds are bases and named contexts, and a new result of them is a new build', async (t, space) => {
    const base = (mark: string) => ({
      reference: 'base:dev',
      context: inline({ Dockerfile: 'FROM busybox\nCOPY mark /mark\n', mark }),
    });
    await declareBuild(space, 'base', base('one'));
    const layout = join(space.daemon.folder, 'files');
    await mkdir(layout);
    await writeFile(join(layout, 'more'), 'more');
    const Dockerfile =
      'FROM base:dev\nCOPY --from=that /mark /page\nCOPY --from=files more /more\nCOPY --from=box /bin/busybox /box\n';
    await declareBuild(space, 'top', {
      reference: 'top:dev',
      context: inline({ Dockerfile }),
      contexts: [
        { name: 'that', build: { name: 'base' } },
        { name: 'files', directory: { path: layout } },
        { name: 'box', image: { name: 'busybox' } },
      ],
    });
    const { status } = await built(space, 'top');
    t.is(status?.bases?.find(({ reference }) => reference?.includes('base'))?.source, 'Build/base');
    t.is(await page(space, 'one', 'top:dev'), 'one');
    await declareBuild(space, 'base', base('two'));
    await built(space, 'top', 2);
    t.is(await page(space, 'two', 'top:dev'), 'two');
  });

  scenario(
    'a base that moves in its registry is another build; one that is private needs its Secret',
    async (t, space) => {
      const was = await pushBase(registry, 'v1', 'first');
      const reference = `${registry.host}/team/base:v1`;
      await declareBuild(space, 'follows', {
        reference: 'follows:dev',
        context: inline({ Dockerfile: `FROM ${reference}\nRUN cp /etc/mark /page\n` }),
        basePolicy: { interval: '1s' },
      });
      t.is((await built(space, 'follows')).status?.bases?.[0]?.digest, was);
      const is = await pushBase(registry, 'v1', 'second');
      t.is((await built(space, 'follows', 2)).status?.bases?.[0]?.digest, is);
      t.is(await page(space, 'run', 'follows:dev'), 'second');
      t.true((await space.eventReasons('follows')).includes('BaseChanged'));

      await pushBase(secured, 'v1', 'private');
      await login(space, 'wrong-Word-for-it');
      await declareBuild(space, 'private', {
        reference: 'private:dev',
        context: inline({ Dockerfile: `FROM ${secured.host}/team/base:v1\nRUN cp /etc/mark /page\n` }),
        imagePullSecrets: [{ name: 'login' }],
      });
      const refused = await told(space, 'private', 'Unauthorized');
      t.false(JSON.stringify(refused).includes('wrong-Word'));
      await login(space, CREDENTIALS.password);
      await built(space, 'private');
      t.is(await page(space, 'run-private', 'private:dev'), 'private');
    },
  );

  scenario('one build leaves an image, a push, an archive, a tar and a directory behind', async (t, space) => {
    await login(space, CREDENTIALS.password);
    const reference = `${secured.host}/team/all:v1`;
    await declareBuild(space, 'all', {
      reference: 'all:dev',
      context: inline({ Dockerfile: 'FROM scratch\nCOPY page /page\n', page: 'all of it' }),
      imagePullSecrets: [{ name: 'login' }],
      outputs: [
        { image: {} },
        { push: { reference } },
        { ociArchive: { path: join(allowed, 'oci.tar') } },
        { tar: { path: join(allowed, 'files.tar') } },
        { directory: { path: join(allowed, 'files') } },
      ],
    });
    const { status } = await built(space, 'all');
    t.deepEqual(
      status?.outputs?.map(({ type }) => type),
      ['image', 'push', 'ociArchive', 'tar', 'directory'],
    );
    const pushed = await secured.ask('GET', '/v2/team/all/manifests/v1', {
      headers: { accept: 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json' },
    });
    t.is(pushed.headers['docker-content-digest'], status?.digest);
    t.true((await tarNames(join(allowed, 'oci.tar'))).includes('index.json'));
    t.true((await tarNames(join(allowed, 'files.tar'))).includes('page'));
    t.is(await readFile(join(allowed, 'files/page'), 'utf8'), 'all of it');
    t.true((await stat(join(allowed, 'files'))).isDirectory());
  });

  scenario('a push with a wrong password is told, and made when the Secret is right', async (t, space) => {
    await login(space, 'wrong-Word-for-it');
    const reference = `${secured.host}/team/pushed:v1`;
    await declareBuild(space, 'pushes', {
      context: inline({ Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' }),
      imagePullSecrets: [{ name: 'login' }],
      outputs: [{ push: { reference } }],
    });
    const refused = await space.until<Build>(
      'Build',
      'pushes',
      'the registry refuses it',
      (object) => conditionsOf(object).some(({ reason }) => /^(Unauthorized|PushFailed)$/.test(reason)),
      BUILD_MS,
    );
    t.false(JSON.stringify(refused).includes('wrong-Word'));
    await login(space, CREDENTIALS.password);
    await built(space, 'pushes');
    t.is((await secured.ask('GET', '/v2/team/pushed/tags/list')).status, 200);
  });

  scenario('of two Builds that push to one reference the older one has it, and then the other', async (t, space) => {
    const outputs = [{ push: { reference: `${registry.host}/team/one:v1` } }];
    const spec = (page: string) => ({ context: inline({ Dockerfile: 'FROM scratch\nCOPY page /\n', page }), outputs });
    await declareBuild(space, 'older', spec('older'));
    await built(space, 'older');
    await declareBuild(space, 'younger', spec('younger'));
    const { status } = await told(space, 'younger', 'ReferenceTaken');
    t.is(status?.lastBuild, undefined);
    await space.remove('Build', 'older');
    await built(space, 'younger');
    await eventually('it was pushed', async () => {
      return (await registry.ask('GET', '/v2/team/one/tags/list')).body.toString().includes('v1');
    });
  });

  scenario('a step talks to an agent that has the key of a Secret', async (t, space) => {
    await space.apply({
      kind: 'Secret',
      name: 'key',
      type: 'kubernetes.io/ssh-auth',
      stringData: { 'ssh-privatekey': git.ssh.privateKey },
    });
    const Dockerfile = 'FROM busybox\nRUN --mount=type=ssh test -S "$SSH_AUTH_SOCK" && printf there > /page\n';
    await declareBuild(space, 'agent', {
      reference: 'agent:dev',
      context: inline({ Dockerfile }),
      ssh: [{ secretKeyRef: { name: 'key', key: 'ssh-privatekey' } }],
    });
    await built(space, 'agent');
    t.is(await page(space, 'run', 'agent:dev'), 'there');
  });
}
