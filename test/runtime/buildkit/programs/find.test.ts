import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { programDirectories, programEnvironment } from '../../../../runtime/buildkit/programs/environment.ts';
import { findBuilders } from '../../../../runtime/buildkit/programs/find.ts';
import { temporaryDirectory } from '../../host/temporary.ts';

async function listening(path: string): Promise<AsyncDisposable> {
  const server: Server = createServer().listen(path);
  await once(server, 'listening');
  return server;
}

test('sockets are found where somebody listens, those of the environment first, and buildkitd before dockerd', async (t) => {
  await using directory = await temporaryDirectory();
  const at = (name: string): string => join(directory.path, name);
  await using _buildkitd = await listening(at('b'));
  await using _dockerd = await listening(at('d'));
  await using _other = await listening(at('e'));
  await writeFile(at('dead'), '');
  const { sockets } = await findBuilders({
    env: { PATH: '', DOCKER_HOST: `unix://${at('e')}`, BUILDKIT_HOST: 'tcp://far:1' },
    runDirectory: at('run'),
    rootless: false,
    sockets: [
      { type: 'docker', path: at('d') },
      { type: 'unix', path: at('b') },
      { type: 'unix', path: at('dead') },
      { type: 'unix', path: at('missing') },
      { type: 'docker', path: at('e') },
    ],
  });
  t.deepEqual(
    sockets.map(({ type, path }) => `${type} ${path.slice(directory.path.length + 1)}`),
    ['unix b', 'docker e', 'docker d'],
  );
});

test('our own sockets are not somebody else’s', async (t) => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'own');
  await using _own = await listening(path);
  const options = {
    env: { DOCKER_HOST: `unix://${path}` },
    runDirectory: directory.path,
    rootless: false,
    sockets: [],
  };
  t.deepEqual((await findBuilders(options)).sockets, []);
});

test('a program is found on PATH when it can be run, and by root alone', async (t) => {
  await using directory = await temporaryDirectory();
  const bin = join(directory.path, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'buildkitd'), '#!/bin/sh\n', { mode: 0o755 });
  const options = { env: { PATH: bin }, runDirectory: directory.path, rootless: false, sockets: [] };
  t.is((await findBuilders(options)).programs[0], 'buildkitd');
  t.deepEqual((await findBuilders({ ...options, rootless: true })).programs, []);
});

test('programs find the proxies of the daemon, and nothing that leads them to another builder', (t) => {
  const env = {
    PATH: '/opt/bin:/x/node_modules/.bin:relative',
    HTTPS_PROXY: 'http://proxy:1',
    DOCKER_HOST: 'unix:///other',
    BUILDKIT_HOST: 'unix:///other',
    NODE_OPTIONS: '--inspect',
    NOTIFY_SOCKET: '/run/systemd/notify',
  };
  t.deepEqual(programDirectories(env)[0], '/opt/bin');
  const { PATH = '', ...others } = programEnvironment(env, '/run/one');
  t.true(PATH.startsWith('/run/one/bin:/opt/bin:/usr/local/sbin:'));
  t.deepEqual(others, { HTTPS_PROXY: 'http://proxy:1', TMPDIR: '/run/one/tmp' });
});
