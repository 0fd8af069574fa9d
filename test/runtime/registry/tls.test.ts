import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import { digestOf, manifestOf } from '../../suites/registry.ts';
import { selfSigned } from './certificate.ts';
import { createMemoryRegistry } from './memory-registry.ts';
import { createTestRegistry, startServer, type Handler } from './server.ts';

const manifest = manifestOf(Buffer.from('{}'), []);

function handler(): Handler {
  const memory = createMemoryRegistry();
  memory.push('team/app', 'v1', manifest, []);
  return memory.handler;
}

test('TLS is tried first; a self-signed certificate is refused and the way out named', async (t) => {
  await using server = await startServer(handler(), selfSigned());
  using registry = createTestRegistry();
  const target = { reference: `${server.host}/team/app:v1`, insecure: false };
  const error = await t.throwsAsync(registry.resolve(target), { instanceOf: RuntimeError });
  t.is(error.code, 'Unavailable');
  t.regex(error.message, /self-signed.*NODE_EXTRA_CA_CERTS.*insecure/);
  t.deepEqual(server.seen, []);
});

test('insecure takes any certificate, and a known authority is enough without it', async (t) => {
  const tls = selfSigned();
  await using server = await startServer(handler(), tls);
  const target = { reference: `${server.host}/team/app:v1`, insecure: false };
  using plain = createTestRegistry();
  t.is((await plain.resolve({ ...target, insecure: true })).digest, digestOf(manifest));
  using trusting = createTestRegistry({ certificateAuthorities: [tls.cert] });
  t.is((await trusting.resolve(target)).digest, digestOf(manifest));
});

test('from https nobody leads us back to http', async (t) => {
  await using server = await startServer(
    (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    selfSigned(),
  );
  using registry = createTestRegistry();
  const target = { reference: `${server.host}/team/app:v1`, insecure: true };
  const error = await t.throwsAsync(registry.resolve(target), { instanceOf: RuntimeError });
  t.is(error.code, 'Corrupt');
});

test('credentials never go to a token server without TLS, when the registry has it', async (t) => {
  const tls = selfSigned();
  await using plain = await startServer((_request, response) => void response.end('{"token":"x"}'));
  await using server = await startServer(
    (_request, response) =>
      void response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${plain.host}/t"` }).end(),
    tls,
  );
  using registry = createTestRegistry({ certificateAuthorities: [tls.cert] });
  const credentials = { username: 'u', password: 'p' };
  const target = { reference: `${server.host}/team/app:v1`, insecure: false, credentials };
  const error = await t.throwsAsync(registry.resolve(target), { instanceOf: RuntimeError });
  t.is(error.code, 'Corrupt');
  t.deepEqual(plain.seen, []);
});

test('the same address may turn from http to https between two requests', async (t) => {
  using registry = createTestRegistry();
  const first = await startServer(handler());
  const target = { reference: `${first.host}/team/app:v1`, insecure: true };
  await registry.resolve(target);
  await first[Symbol.asyncDispose]();
  await using _second = await startServer(handler(), selfSigned(), first.port);
  await registry.resolve(target).catch(() => undefined);
  t.is((await registry.resolve(target)).digest, digestOf(manifest));
});
