import test from 'ava';
import { GrpcError, type GrpcCode } from '../../../proto/grpc/error.ts';
import { RuntimeError, type RuntimeErrorCode } from '../../../runtime/errors.ts';
import { startError } from '../../../runtime/containerd/containers/start-error.ts';
import { toRuntimeError, translated } from '../../../runtime/containerd/errors.ts';

const grpc = (code: GrpcCode, details: string, cancelledByUs = false): GrpcError =>
  new GrpcError(code, details, 'a.B/C', { cancelledByUs });

const rows: readonly (readonly [GrpcError, RuntimeErrorCode])[] = [
  [grpc('NOT_FOUND', 'container "a": not found'), 'NotFound'],
  [grpc('ALREADY_EXISTS', 'a'), 'AlreadyExists'],
  [grpc('UNAVAILABLE', 'connect ENOENT'), 'Unavailable'],
  [grpc('CANCELLED', 'Received RST_STREAM with code 8'), 'Unavailable'],
  [grpc('CANCELLED', 'aborted', true), 'Cancelled'],
  [grpc('INTERNAL', 'Received RST_STREAM with code 2'), 'Unavailable'],
  [grpc('INTERNAL', 'something else'), 'Internal'],
  [grpc('UNKNOWN', 'write /x: no space left on device: unknown'), 'ResourceExhausted'],
  [grpc('UNKNOWN', 'whatever'), 'Internal'],
  [grpc('RESOURCE_EXHAUSTED', 'Received message larger than max (5 vs 4)'), 'InvalidArgument'],
  [grpc('DEADLINE_EXCEEDED', 'x'), 'DeadlineExceeded'],
  [grpc('UNIMPLEMENTED', 'x'), 'Unsupported'],
  [grpc('DATA_LOSS', 'x'), 'Corrupt'],
];

for (const [error, code] of rows) {
  test(`${error.code} "${error.details}"${error.cancelledByUs ? ' by us' : ''} is ${code}`, (t) => {
    const translatedError = toRuntimeError(error, 'do it');
    t.is(translatedError.code, code);
    t.is(translatedError.cause, error);
    t.true(translatedError.message.startsWith('do it: '));
  });
}

test('a full disk has a reason, and containerd’s own endings are left out', (t) => {
  t.is(toRuntimeError(grpc('UNKNOWN', 'no space left on device: unknown'), 'x').reason, 'DiskFull');
  t.is(toRuntimeError(grpc('NOT_FOUND', 'container "a": not found'), 'get a').message, 'get a: container "a"');
});

test('what a socket said is kept, what the channel says around it is not', (t) => {
  const details = 'No connection established. Last error: Error: connect ENOENT /x.sock. Resolution note: ';
  t.is(
    toRuntimeError(grpc('UNAVAILABLE', details), 'x').message,
    'x: containerd does not answer (connect ENOENT /x.sock)',
  );
});

test('errors of our own pass, others become Internal, and what failed while closing does not hide the cause', async (t) => {
  const own = new RuntimeError('Corrupt', 'bad');
  t.is(await t.throwsAsync(translated('x', () => Promise.reject(own))), own);
  t.is(toRuntimeError(new TypeError('odd'), 'x').code, 'Internal');
  t.is(toRuntimeError(new SuppressedError(new Error('close'), own), 'x'), own);
});

const PREFIX =
  'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ';

for (const [text, reason, words] of [
  [
    'exec: "nope": executable file not found in $PATH: unknown',
    'CommandNotFound',
    'command "nope" is not in the image',
  ],
  ['exec: "/nope": stat /nope: no such file or directory: unknown', 'CommandNotFound', '"/nope" is not in the image'],
  ['exec: "/a/x": stat /a/x: not a directory: unknown', 'CommandNotFound', '"/a/x" is not in the image'],
  ['exec: "/etc/passwd": permission denied: unknown', 'CommandNotExecutable', '"/etc/passwd" cannot be executed'],
  ['exec: "/etc": is a directory: unknown', 'CommandNotExecutable', '"/etc" cannot be executed'],
  [
    'error during container init: mkdir /etc/passwd: not a directory: unknown',
    'WorkingDirectoryInvalid',
    '"/etc/passwd"',
  ],
  [
    'error during container init: error mounting "/x" to rootfs at "/y": stat /x: no such file or directory: unknown',
    'MountFailed',
    '"/x" cannot be mounted',
  ],
  [
    'error during container init: error setting cgroup config for procHooks process: unable to set memory limit: unknown',
    'LimitRefused',
    'the kernel refuses the resource limits',
  ],
  [
    'error setting rlimits for ready process: error setting rlimit type 7: operation not permitted: unknown',
    'LimitRefused',
    'the kernel refuses the ulimits',
  ],
  [
    'error during container init: open /proc/sys/net/core/nothing: no such file or directory: unknown',
    'SysctlRefused',
    'the kernel does not take the sysctl net.core.nothing',
  ],
  [
    'error during container init: write sysctl key net.core.somaxconn: invalid argument: unknown',
    'SysctlRefused',
    'the sysctl net.core.somaxconn',
  ],
] as const) {
  test(`runc's "${text.slice(0, 60)}…" is ${reason}`, (t) => {
    const error = startError(grpc('UNKNOWN', PREFIX + text), 'start instance web');
    t.is(error.code, 'InvalidArgument');
    t.is(error.reason, reason);
    t.true(error.message.startsWith('start instance web: '), error.message);
    t.true(error.message.includes(words), error.message);
    t.false(error.message.includes('shim'), 'the story of how it got there is left out');
  });
}

test('a start that fails for want of containerd is no fault of the command', (t) => {
  t.is(startError(grpc('UNAVAILABLE', 'exec: "x": executable file not found in $PATH'), 'web').code, 'Unavailable');
  t.is(startError(grpc('UNKNOWN', 'anything new'), 'web').code, 'Internal');
});
