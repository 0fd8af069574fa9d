import test from 'ava';
import { ApiError } from '../../../client/client.ts';
import { ReconcileError } from '../../../controllers/engine/contract.ts';
import { verdictOf } from '../../../controllers/engine/verdict.ts';
import { RuntimeError, type RuntimeErrorCode } from '../../../runtime/errors.ts';
import { isReasonName } from '../../../schemas/conditions.ts';

const RUNTIME: Readonly<Record<RuntimeErrorCode, string>> = {
  Unavailable: 'waiting RuntimeUnavailable unknown',
  DeadlineExceeded: 'waiting RuntimeUnavailable unknown',
  InvalidArgument: 'stalled InvalidSpec',
  Unsupported: 'stalled InvalidSpec',
  ResourceExhausted: 'retry DiskFull',
  Unauthorized: 'retry Unauthorized',
  NotFound: 'retry ReconcileError',
  AlreadyExists: 'retry ReconcileError',
  FailedPrecondition: 'retry ReconcileError',
  Corrupt: 'retry ReconcileError',
  Cancelled: 'retry ReconcileError',
  Internal: 'retry ReconcileError',
};

function describe(error: unknown): string {
  const { outcome, quiet } = verdictOf(error);
  if (outcome.type === 'settled') return 'settled';
  assertListed(outcome.reason);
  const unknown = outcome.type === 'waiting' && outcome.unknown ? ' unknown' : '';
  return `${outcome.type} ${outcome.reason}${unknown}${quiet ? ' quiet' : ''}`;
}

function assertListed(reason: string): void {
  if (!isReasonName(reason)) throw new Error(`${reason} is not in the table of reasons`);
}

for (const [code, expected] of Object.entries(RUNTIME)) {
  test(`a runtime error ${code} is ${expected}`, (t) => {
    t.is(describe(new RuntimeError(code as RuntimeErrorCode, 'no')), expected);
  });
}

test('a reason that the adapter knows better is kept', (t) => {
  t.is(describe(new RuntimeError('ResourceExhausted', 'no', { reason: 'Timeout' })), 'retry Timeout');
  t.is(describe(new RuntimeError('InvalidArgument', 'no', { reason: 'CommandNotFound' })), 'stalled CommandNotFound');
});

const api = (reason: string, code: number): ApiError =>
  new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, message: 'no', code });

for (const [reason, code, expected] of [
  ['Conflict', 409, 'retry Conflict quiet'],
  ['NotFound', 404, 'retry Conflict quiet'],
  ['AlreadyExists', 409, 'retry Conflict quiet'],
  ['ServiceUnavailable', 0, 'retry StoreUnavailable'],
  ['Invalid', 422, 'retry ReconcileError'],
  ['Forbidden', 403, 'retry ReconcileError'],
] as const) {
  test(`the server's ${reason} is ${expected}`, (t) => t.is(describe(api(reason, code)), expected));
}

test("a reconciler's own outcome stays what it is", (t) => {
  const outcome = { type: 'waiting', reason: 'ImageNotReady', message: 'soon', requeueAfterMs: 7 } as const;
  t.deepEqual(verdictOf(new ReconcileError(outcome)), { outcome, quiet: false });
});

test('anything else that is thrown is tried again, with its message', (t) => {
  t.like(verdictOf(new TypeError('x is not a function')).outcome, { type: 'retry', message: 'x is not a function' });
  t.like(verdictOf('a string').outcome, { type: 'retry', message: 'a string' });
});
