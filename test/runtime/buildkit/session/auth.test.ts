import test from 'ava';
import { Auth } from '../../../../proto/gen/buildkit/auth_pb.ts';
import type { RegistryCredentials } from '../../../../runtime/ports/registry.ts';
import { auth } from '../../../../runtime/buildkit/session/auth.ts';
import { callUnary } from './unary-call.ts';

const known: Readonly<Record<string, RegistryCredentials>> = {
  '127.0.0.1:5000': { username: 'ann', password: 'pw' },
  'docker.io': { username: 'hub', password: 'hub-pw' },
  'token.example': { username: 'ann', password: 'pw', identityToken: 'refresh' },
};

for (const [host, username, secret] of [
  ['127.0.0.1:5000', 'ann', 'pw'],
  ['registry-1.docker.io', 'hub', 'hub-pw'],
  ['index.docker.io', 'hub', 'hub-pw'],
  ['token.example', '', 'refresh'],
  ['127.0.0.1:5001', '', ''],
] as const) {
  test(`${host} is entered as ${username === '' ? 'nobody' : username} with ${secret === '' ? 'nothing' : secret}`, async (t) => {
    t.like(
      await callUnary(
        auth((name) => known[name]),
        Auth.method.credentials,
        { host },
      ),
      { username, secret },
    );
  });
}

test('nothing is announced that would have us fetch tokens', (t) => {
  t.deepEqual([...auth(() => undefined).keys()], ['/moby.filesync.v1.Auth/Credentials']);
});
