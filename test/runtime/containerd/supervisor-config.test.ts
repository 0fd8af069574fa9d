import test from 'ava';
import { containerdConfig, containerdPaths } from '../../../runtime/containerd/supervisor-config.ts';
import { parseAddress } from '../../../runtime/containerd/supervisor.ts';
import { RuntimeError } from '../../../runtime/errors.ts';

test('two daemons share no path of containerd', (t) => {
  const [a, b] = [containerdPaths('/data/a', '/run/a'), containerdPaths('/data/b', '/run/b')];
  t.deepEqual(
    Object.values(a).filter((path) => Object.values(b).includes(path)),
    [],
  );
});

test('a run directory that is too long for a socket is refused by its length', (t) => {
  t.notThrows(() => containerdPaths('/data', `/${'r'.repeat(73)}`));
  t.throws(() => containerdPaths('/data', `/${'r'.repeat(74)}`), {
    instanceOf: RuntimeError,
    message: /too long for sockets: at most 74 bytes/,
  });
});

test('paths with quotes stay one TOML string', (t) => {
  t.regex(containerdConfig(containerdPaths('/da"ta', '/run')), /^root = "\/da\\"ta\/containerd"$/m);
});

test('an address is a unix socket by URL or path', (t) => {
  t.is(parseAddress('unix:///run/containerd/containerd.sock'), '/run/containerd/containerd.sock');
  t.is(parseAddress('/x.sock'), '/x.sock');
  t.throws(() => parseAddress('tcp://127.0.0.1:1'), { message: /tcp:\/\/127.0.0.1:1/ });
  t.throws(() => parseAddress('unix://relative'), { instanceOf: RuntimeError });
});
