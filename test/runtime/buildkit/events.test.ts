import test from 'ava';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { StatusResponseSchema } from '../../../proto/gen/buildkit/control_pb.ts';
import { createStepMemory } from '../../../runtime/buildkit/events.ts';

const at = (seconds: number, nanos = 0): { seconds: bigint; nanos: number } => ({ seconds: BigInt(seconds), nanos });
type Status = MessageInitShape<typeof StatusResponseSchema>;
const status = (value: Status) => create(StatusResponseSchema, value);

test('a step is told when it changes, with all that is known of it', (t) => {
  const steps = createStepMemory();
  const base = { type: 'step', id: 'd', name: 'RUN x', inputs: ['i'], cached: false } as const;
  const started = { started: '1970-01-01T00:00:01.000000005Z' };
  t.deepEqual(steps.take(status({ vertexes: [{ digest: 'd', name: 'RUN x', inputs: ['i'] }] })), [base]);
  const begun = { digest: 'd', name: 'RUN x', started: at(1, 5) };
  t.deepEqual(steps.take(status({ vertexes: [begun] })), [{ ...base, ...started }]);
  t.deepEqual(steps.take(status({ vertexes: [begun] })), [], 'nothing new');
  const done = { ...base, ...started, completed: '1970-01-01T00:00:02.000000000Z', error: 'no' };
  t.deepEqual(steps.take(status({ vertexes: [{ ...begun, completed: at(2), error: 'no' }] })), [done]);
  t.deepEqual(steps.step('d'), done);
  const [again] = steps.take(status({ vertexes: [{ digest: 'd', name: 'RUN x', started: at(3) }] }));
  t.deepEqual(again, { ...base, started: '1970-01-01T00:00:03.000000000Z' }, 'begun anew, it is not done');
});

test('the failed step is the one that failed first, not those that were cancelled with it', (t) => {
  const steps = createStepMemory();
  t.is(steps.failed(), undefined);
  steps.take(
    status({
      vertexes: [
        { digest: 'a', name: 'a', error: 'process "x": context canceled' },
        { digest: 'b', name: 'b', error: 'exit code: 1' },
      ],
    }),
  );
  t.is(steps.failed()?.id, 'b');
});

test('progress, logs and warnings', (t) => {
  const steps = createStepMemory();
  t.deepEqual(
    steps.take(
      status({
        statuses: [
          { id: 'layer', vertex: 'd', current: 1n, total: 2n, timestamp: at(1) },
          { id: '', name: 'transferring', vertex: 'd', current: 3n, timestamp: at(1), completed: at(1) },
        ],
        logs: [{ vertex: 'd', stream: 2n, timestamp: at(1), msg: Buffer.from('x') }],
        warnings: [
          {
            vertex: 'd',
            short: Buffer.from('short'),
            detail: [Buffer.from('more')],
            url: 'https://docs.test/',
            info: { filename: 'Dockerfile' },
            ranges: [{ start: { line: 3 }, end: { line: 4 } }],
          },
          { vertex: 'd', short: Buffer.from('plain') },
        ],
      }),
    ),
    [
      {
        type: 'progress',
        step: 'd',
        id: 'layer',
        current: 1,
        total: 2,
        time: '1970-01-01T00:00:01.000000000Z',
        completed: false,
      },
      {
        type: 'progress',
        step: 'd',
        id: 'transferring',
        current: 3,
        total: 0,
        time: '1970-01-01T00:00:01.000000000Z',
        completed: true,
      },
      {
        type: 'log',
        step: 'd',
        stream: 'stderr',
        time: '1970-01-01T00:00:01.000000000Z',
        data: new Uint8Array(Buffer.from('x')),
      },
      {
        type: 'warning',
        step: 'd',
        message: 'short',
        detail: ['more'],
        url: 'https://docs.test/',
        place: { file: 'Dockerfile', startLine: 3, endLine: 4 },
      },
      { type: 'warning', step: 'd', message: 'plain', detail: [] },
    ].map((event) => (event.type === 'log' ? { ...event, data: Buffer.from('x') } : event)) as never,
  );
});
