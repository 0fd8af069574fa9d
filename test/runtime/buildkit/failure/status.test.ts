import test from 'ava';
import { create, toBinary } from '@bufbuild/protobuf';
import { StatusSchema } from '../../../../proto/gen/google/rpc-status_pb.ts';
import { CallError } from '../../../../runtime/buildkit/grpc/status.ts';
import { failureOfCall } from '../../../../runtime/buildkit/failure/status.ts';

const json = (type: string, value: unknown): { typeUrl: string; value: Uint8Array } => ({
  typeUrl: `github.com/moby/buildkit/${type}+json`,
  value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
});

const failure = (...details: readonly { typeUrl: string; value: Uint8Array }[]): ReturnType<typeof failureOfCall> =>
  failureOfCall(
    new CallError(2, '/c/Solve', 'it failed', {
      details: toBinary(StatusSchema, create(StatusSchema, { code: 2, message: 'it', details: [...details] })),
    }),
  );

const source = (filename: string, lines: readonly number[]): { typeUrl: string; value: Uint8Array } =>
  json('errdefs.Source', {
    info: { filename, data: Buffer.from('FROM scratch\n').toString('base64') },
    ranges: lines.map((line) => ({ start: { line }, end: { line } })),
  });

test('place, step and exit code are read from the details', (t) => {
  t.deepEqual(
    failure(
      json('stack.Stack', { frames: [] }),
      source('Dockerfile', [5, 6, 7]),
      json('errdefs.Vertex', { digest: 'sha256:1' }),
      json('gatewayapi.ExitMessage', { Code: 7 }),
    ),
    {
      code: 2,
      message: 'it failed',
      place: { file: 'Dockerfile', startLine: 5, endLine: 7, text: 'FROM scratch\n' },
      vertex: 'sha256:1',
      exitCode: 7,
    },
  );
});

test('the first of several places counts', (t) => {
  t.is(failure(source('first', [1]), source('second', [2])).place?.file, 'first');
});

test('details that cannot be read are left out', (t) => {
  const plain = { code: 2, message: 'it failed' };
  t.deepEqual(failure(json('errdefs.Source', '{'), json('errdefs.Vertex', { digest: 5 }), source('x', [])), plain);
  const broken = new CallError(2, '/c/Solve', 'it failed', { details: Uint8Array.of(255, 255) });
  t.deepEqual(failureOfCall(broken), plain);
  t.deepEqual(failureOfCall(new CallError(2, '/c/Solve', 'it failed')), plain);
});
