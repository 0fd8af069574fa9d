/** Tests against real containers, each with its own: docs/library.md. */
import test from 'ava';
import { connect, NotReadyError } from 'tsmoby';
import { image, openShop } from './shop.ts';

const tsmoby = connect();

test('the shop greets', async (t) => {
  await using env = await tsmoby.environment({ name: 'greets' });
  const url = await openShop(env, 'good morning');
  t.is(await (await fetch(url)).text(), 'good morning\n');
  t.is(await env.logs('shop'), 'open\n');
});

test('two shops beside each other have the same port, and are not the same', async (t) => {
  await using one = await tsmoby.environment();
  await using other = await tsmoby.environment();
  const urls = await Promise.all([openShop(one, 'one'), openShop(other, 'other')]);
  t.deepEqual(await Promise.all(urls.map(async (url) => (await fetch(url)).text())), ['one\n', 'other\n']);
});

test('commands run in the shop, and read what they are given', async (t) => {
  await using env = await tsmoby.environment();
  await openShop(env, 'hello');
  t.like(await env.exec('shop', ['cat', '/site/index.html']), { exitCode: 0, stdout: 'hello\n' });
  t.like(await env.exec('shop', ['sh', '-c', 'cat >&2; exit 3'], { stdin: 'from here' }), {
    exitCode: 3,
    stderr: 'from here',
  });
});

test('a migration that fails is told with its last words', async (t) => {
  await using env = await tsmoby.environment();
  await env.apply(image);
  await env.applyText(`
apiVersion: tsmoby.dev/v1alpha1
kind: Container
metadata: { name: migrate }
spec:
  image: tsmoby.dev/busybox:sample
  restartPolicy: Never
  command: [sh, -c, 'echo no such table; exit 3']
`);
  const error = await t.throwsAsync(env.ready({ timeoutMs: 60_000 }), { instanceOf: NotReadyError });
  t.regex(error.message, /Container migrate: [^]*no such table/);
});
