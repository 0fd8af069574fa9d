/** Where results go. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { layoutContent } from '../../../runtime/buildkit/local-cache/store.ts';
import { CREDENTIALS, startDockerRegistry } from '../../real/registry/docker-registry.ts';
import { BUSYBOX, makeBuildFolder, run } from '../../support/buildkit/build-folder.ts';
import { built, failureOf, type Part } from './harness.ts';

async function namesIn(tar: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('tar', ['tf', tar]);
  return stdout.split('\n').filter((line) => line !== '');
}

export const outputs: Part = (test, name, harness) => {
  test(`${name}: several outputs of one build, and their digest`, async (t) => {
    await using folder = await makeBuildFolder({ Dockerfile: 'FROM scratch\nCOPY a /b\n', a: `${name} several` });
    const [store, archive, tar, out] = ['store', 'image.tar', 'files.tar', 'out'].map((path) =>
      folder.beside(path),
    ) as [string, string, string, string];
    const { result } = await built(
      harness().builder,
      folder.request({
        outputs: [
          { type: 'content', content: layoutContent(store) },
          { type: 'archive', format: 'oci', path: archive, name: 'docker.io/library/it:1' },
          { type: 'tar', path: tar },
          { type: 'directory', path: out },
        ],
      }),
    );
    const [, hex = ''] = (result.digest ?? '').split(':');
    const manifest = JSON.parse(await readFile(join(store, 'blobs/sha256', hex), 'utf8')) as {
      readonly mediaType: string;
      readonly config: { readonly digest: string };
    };
    t.is(manifest.mediaType, 'application/vnd.oci.image.manifest.v1+json');
    t.is(result.attributes['containerimage.config.digest'], manifest.config.digest);
    t.true((await namesIn(archive)).includes(`blobs/sha256/${hex}`), 'the same image is in the archive');
    t.true((await namesIn(tar)).includes('b'));
    t.is(await readFile(join(out, 'b'), 'utf8'), `${name} several`);
    t.deepEqual(
      (await readdir(folder.beside('.'))).filter((file) => file.startsWith('.tsmoby')),
      [],
    );
  });

  test(`${name}: an image that is in the store is a base without a registry`, async (t) => {
    await using base = await makeBuildFolder({ Dockerfile: 'FROM scratch\nCOPY a /base\n', a: `${name} base` });
    const content = layoutContent(base.beside('store'));
    const { result } = await built(harness().builder, base.request({ outputs: [{ type: 'content', content }] }));
    await using folder = await makeBuildFolder({
      Dockerfile: 'FROM not.there.test/team/base:1\nCOPY a /own\n',
      a: 'own',
    });
    const out = folder.beside('out');
    await built(
      harness().builder,
      folder.request({
        namedContexts: {
          'not.there.test/team/base:1': { type: 'layout', digest: result.digest ?? '', content },
        },
        outputs: [{ type: 'directory', path: out }],
      }),
    );
    t.is(await readFile(join(out, 'base'), 'utf8'), `${name} base`);
    t.is(await readFile(join(out, 'own'), 'utf8'), 'own');
  });

  test(`${name}: an output that cannot be written fails the build by its name, and a former one stays`, async (t) => {
    await using folder = await makeBuildFolder({ Dockerfile: 'FROM scratch\nCOPY a /b\n', a: 'a' });
    const path = folder.beside('taken');
    await mkdir(path);
    await writeFile(join(path, 'mine'), 'mine');
    const error = await failureOf(harness().builder, folder.request({ outputs: [{ type: 'tar', path }] }));
    t.is(error.reason, 'OutputFailed');
    t.true(error.message.includes(path));
    t.is(await readFile(join(path, 'mine'), 'utf8'), 'mine');
  });

  test(`${name}: a push goes to a registry with its credentials, and fails without`, async (t) => {
    await using registry = await startDockerRegistry({ auth: true });
    const reference = `${registry.host}/team/app:1`;
    await using folder = await makeBuildFolder({ Dockerfile: 'FROM scratch\nCOPY a /b\n', a: `${name} pushed` });
    const asked = new Set<string>();
    const outputs = [{ type: 'push', reference, insecure: true }] as const;
    const { result } = await built(
      harness().builder,
      folder.request({
        outputs,
        credentials: (host) => {
          asked.add(host);
          return CREDENTIALS;
        },
      }),
    );
    t.deepEqual([...asked], [registry.host]);
    const { status, headers } = await registry.ask('HEAD', '/v2/team/app/manifests/1', {
      headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
    });
    t.is(status, 200);
    t.is(headers['docker-content-digest'], result.digest);
    const nobody = await failureOf(harness().builder, folder.request({ outputs }));
    t.is(nobody.code, 'Unauthorized', nobody.message);
    const wrong = { ...CREDENTIALS, password: 'wrong-Word' };
    const refused = await failureOf(harness().builder, folder.request({ outputs, credentials: () => wrong }));
    t.is(refused.code, 'Unauthorized', refused.message);
    t.false(refused.message.includes('wrong-Word'));
  });

  test(`${name}: a push to nobody is tried again, not given up`, async (t) => {
    const registry = await startDockerRegistry();
    const reference = `${registry.host}/app:1`;
    await registry[Symbol.asyncDispose]();
    await using folder = await makeBuildFolder({ Dockerfile: 'FROM scratch\nCOPY a /b\n', a: 'a' });
    const error = await failureOf(
      harness().builder,
      folder.request({ outputs: [{ type: 'push', reference, insecure: true }] }),
    );
    t.like(error, { code: 'Unavailable', reason: 'PushFailed' }, error.message);
  });

  test(`${name}: a cache in a directory saves the steps of a builder that has none`, async (t) => {
    await using folder = await makeBuildFolder({ Dockerfile: BUSYBOX + run(`echo ${Math.random()} > /made`) });
    const path = folder.beside('cache');
    await built(harness().builder, folder.request({ cacheTo: [{ type: 'local', path, mode: 'max' }] }));
    t.true((await stat(join(path, 'index.json'))).size > 0);
    await harness().builder.prune({ all: true });
    const { steps } = await built(
      harness().builder,
      folder.request({
        cacheFrom: [
          { type: 'local', path: folder.beside('no cache') },
          { type: 'local', path },
        ],
      }),
    );
    const step = [...steps.values()].find(({ name: title }) => title.includes('RUN'));
    t.true(step?.cached);
  });
};
