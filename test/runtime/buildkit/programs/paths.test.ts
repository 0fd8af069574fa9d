import test from 'ava';
import * as fc from 'fast-check';
import { buildkitdConfig } from '../../../../runtime/buildkit/programs/buildkitd.ts';
import { dockerdArguments, dockerdConfig } from '../../../../runtime/buildkit/programs/dockerd.ts';
import { builderPaths, programPaths } from '../../../../runtime/buildkit/programs/paths.ts';
import { isRuntimeError } from '../../../../runtime/errors.ts';

const directories = { dataDirectory: '/data', runDirectory: '/run/t', storeIdentity: 'store' };
/** What containerd takes for a name. */
const IDENTIFIER = /^[A-Za-z0-9]+([-._][A-Za-z0-9]+)*$/;

test('a short name is its own folder, and every name has one that fits containerd and sockets', (t) => {
  t.is(builderPaths('default', directories).state, '/data/builders/default');
  const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,80}[a-z0-9])?$/);
  fc.assert(
    fc.property(name, name, (one, other) => {
      const [first, second] = [builderPaths(one, directories), builderPaths(other, directories)];
      t.is(first.slug === second.slug, one === other);
      t.regex(`tsmoby-0123456789ab-builder-${first.slug}_history`, IDENTIFIER);
      t.true(programPaths(first, 'buildkitd').socket.length < 107);
    }),
  );
});

test('a run directory that is too long is refused', (t) => {
  const paths = builderPaths('default', { ...directories, runDirectory: `/${'r'.repeat(90)}` });
  t.true(
    isRuntimeError(
      t.throws(() => programPaths(paths, 'dockerd')),
      'InvalidArgument',
    ),
  );
});

test('nothing of either program is outside of our directories', (t) => {
  const paths = builderPaths('one', directories);
  const docker = dockerdArguments(paths, programPaths(paths, 'dockerd'), { socketPath: '/c.sock', namespace: 'ns' });
  const own = docker.join(' ').match(/\/[^ ]*/g) ?? [];
  t.deepEqual(
    own.filter((path) => !/^\/(run\/t|data)\/builders\/one\//.test(path)),
    ['///run/t/builders/one/dockerd.sock', '/c.sock', '/tsmoby/store/builders/one'],
  );
  const config = buildkitdConfig(paths, programPaths(paths, 'buildkitd'), '/run/t/builders/one/bin/runc', []);
  t.regex(config, /^root = "\/data\/builders\/one\/buildkitd"$/m);
  t.regex(config, /address = \["unix:\/\/\/run\/t\/builders\/one\/buildkitd\.sock"\]/);
});

test('programs allow what the daemon allows', (t) => {
  const paths = builderPaths('one', directories);
  const buildkitd = (...entitlements: readonly string[]): string =>
    buildkitdConfig(paths, programPaths(paths, 'buildkitd'), '/runc', entitlements);
  t.regex(buildkitd(), /^insecure-entitlements = \[\]$/m);
  t.regex(
    buildkitd('network.host', 'security.insecure'),
    /^insecure-entitlements = \["network\.host", "security\.insecure"\]$/m,
  );
  const dockerd = (...entitlements: readonly string[]): unknown => JSON.parse(dockerdConfig(entitlements));
  const features = { 'containerd-snapshotter': true };
  t.deepEqual(dockerd('network.host'), { features });
  t.deepEqual(dockerd('security.insecure'), { features, builder: { entitlements: { 'security-insecure': true } } });
});
