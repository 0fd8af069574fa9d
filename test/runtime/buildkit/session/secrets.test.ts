import test from 'ava';
import { Secrets } from '../../../../proto/gen/buildkit/secrets_pb.ts';
import { StatusError } from '../../../../runtime/buildkit/grpc/server.ts';
import { secrets } from '../../../../runtime/buildkit/session/secrets.ts';
import { memoryCall } from './memory-call.ts';
import { callUnary } from './unary-call.ts';

const methods = secrets((id) =>
  id === 'token'
    ? Buffer.from('s3cret')
    : id === 'empty'
      ? new Uint8Array(0)
      : id === 'large'
        ? Buffer.alloc(3e6)
        : undefined,
);

test('a secret comes as its bytes, an empty one too', async (t) => {
  const get = async (id: string): Promise<string> =>
    Buffer.from((await callUnary(methods, Secrets.method.getSecret, { id })).data).toString();
  t.is(await get('token'), 's3cret');
  t.is(await get('empty'), '');
});

test('one that is not there is told by the status that lets the builder go on', async (t) => {
  const error = await t.throwsAsync(callUnary(methods, Secrets.method.getSecret, { id: 'other' }), {
    instanceOf: StatusError,
  });
  t.is(error?.code, 5);
});

test('one that fits into no message is refused', async (t) => {
  t.like(await t.throwsAsync(callUnary(methods, Secrets.method.getSecret, { id: 'large' })), { code: 3 });
});

test('a request without a message is refused', async (t) => {
  const memory = memoryCall();
  memory.end();
  t.like(await t.throwsAsync(methods.get('/moby.buildkit.secrets.v1.Secrets/GetSecret')!(memory.call)), { code: 3 });
});
