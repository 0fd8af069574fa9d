import type { MessageInitShape } from '@bufbuild/protobuf';
import { setTimeout as delay } from 'node:timers/promises';
import { Control as ControlService, type SolveRequestSchema } from '../../../proto/gen/buildkit/control_pb.ts';
import type { BuildEvent } from '../../ports/builders.ts';
import type { Control } from '../control.ts';
import { isCall } from '../errors.ts';
import { failureOfCall, type FailureStatus } from '../failure/status.ts';
import type { StepMemory } from '../events.ts';
import type { GrpcConnection } from '../grpc/connection.ts';
import { serveSession, type SessionMethods } from '../grpc/server.ts';
import { CallError, STATUS } from '../grpc/status.ts';
import { callUnary } from '../grpc/typed.ts';
import { followBuild, type Following } from './follow.ts';
import { deleteRecord, recordedFailure } from './history.ts';

/** One solve: everything that the builder needs to know. */
export interface SolveJob {
  /** Unique for each. */
  readonly ref: string;
  readonly sessionId: string;
  readonly sharedKey: string;
  readonly request: Omit<MessageInitShape<typeof SolveRequestSchema>, '$typeName' | 'ref' | 'session'>;
  readonly methods: SessionMethods;
}

/** `broken`: how the session ended before the build did, where it was not closed but broke. */
export type SolveOutcome =
  | { readonly type: 'done'; readonly response: Readonly<Record<string, string>> }
  | {
      readonly type: 'failed';
      readonly failure: FailureStatus;
      readonly steps: StepMemory;
      readonly broken?: Error | undefined;
    };

/** Milliseconds in which what happened last may still be told. */
const LAST_WORDS = 5_000;
/** Of a build that was cancelled, or whose connection is lost. */
const LAST_WORDS_OF_CANCELLED = 3_000;
/** Of a build that the builder refused: it may never have begun, and then nothing ends. */
const LAST_WORDS_OF_REFUSED = 300;
/** How long an answer may take after everything else has been said, before the builder's records are asked. */
const LATE = 300;
/** A lost connection may be an answer that was too long for it. */
const TRIES_AFTER_LOSS = 3;
const MAX_TRIES = 5;

/**
 * Runs one solve to its end. Rejects with CallError (cancelled by us, or the connection is lost) and RuntimeError (no connection); in either case nothing of
 * it is under way any more, as far as the builder can be reached.
 */
export async function solve(
  control: Control,
  job: SolveJob,
  onEvent: (event: BuildEvent) => void,
  signal: AbortSignal,
): Promise<SolveOutcome> {
  const { endpoint } = control;
  const shared = await control.connection(signal);
  using connection = await endpoint.connect(signal);
  const announcement = { id: job.sessionId, sharedKey: job.sharedKey, methods: [...job.methods.keys()] };
  await using session = serveSession(await endpoint.openSession(connection, announcement), job.methods);
  using following = followBuild(control, shared, job.ref, onEvent);
  let outcome: SolveOutcome | undefined;
  try {
    outcome = await answerOf(control, connection, job, following, signal);
    return outcome.type === 'failed' ? { ...outcome, broken: session.failure() } : outcome;
  } finally {
    following.over();
    await heard(following, patienceFor(outcome, following));
    void control.run((records) => deleteRecord(records, job.ref)).catch(() => undefined);
  }
}

async function answerOf(
  control: Control,
  connection: GrpcConnection,
  job: SolveJob,
  following: Following,
  signal: AbortSignal,
): Promise<SolveOutcome> {
  const stop = new AbortController();
  const lateFailure = (patience: number): Promise<SolveOutcome | undefined> =>
    unheardFailure(control, job.ref, following, patience, stop.signal);
  const solving = callUnary(
    connection,
    ControlService.method.solve,
    { ...job.request, ref: job.ref, session: job.sessionId },
    { signal },
  ).then(
    ({ exporterResponse }): SolveOutcome => ({ type: 'done', response: exporterResponse }),
    async (error: unknown): Promise<SolveOutcome> => {
      if (!(error instanceof CallError) || error.cancelledByUs) throw error;
      if (!error.lost) return { type: 'failed', failure: failureOfCall(error), steps: following.steps };
      const failed = await lateFailure(TRIES_AFTER_LOSS);
      if (failed === undefined) throw error;
      return failed;
    },
  );
  const silence = async (): Promise<SolveOutcome> => {
    await following.ended;
    return (await lateFailure(Infinity)) ?? (await solving);
  };
  try {
    return await Promise.race([solving, silence()]);
  } finally {
    stop.abort();
    solving.catch(() => undefined);
  }
}

/**
 * A failure that the builder knows and that does not reach us: its answer has a header that Node's HTTP/2 takes for the end of the connection, or for
 * nothing at all. Undefined when there is none after `tries`, or when the signal is aborted.
 */
async function unheardFailure(
  control: Control,
  ref: string,
  { steps }: Following,
  tries: number,
  signal: AbortSignal,
): Promise<SolveOutcome | undefined> {
  for (let tried = 1; tried <= tries; tried++) {
    await delay(LATE, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return undefined;
    let without: 'answer' | 'records' | undefined;
    const failure = await control
      .run((connection) => recordedFailure(connection, ref, signal), signal)
      .catch((error: unknown) => {
        without = isCall(error, STATUS.unimplemented) ? 'records' : 'answer';
        return undefined;
      });
    if (failure !== undefined) return isCancelled(failure) ? undefined : { type: 'failed', failure, steps };
    const failed = steps.failed();
    if (failed !== undefined && (without === 'records' || tried >= MAX_TRIES)) {
      const { id, error: message = '' } = failed;
      return { type: 'failed', failure: { code: STATUS.unknown, message, vertex: id }, steps };
    }
    // Nobody is there any more.
    if (without === 'answer' && Number.isFinite(tries)) return undefined;
  }
  return undefined;
}

/** The loss of the connection ended the build, not the other way round. */
function isCancelled({ code, message }: FailureStatus): boolean {
  return code === STATUS.cancelled || message.endsWith('context canceled');
}

function patienceFor(outcome: SolveOutcome | undefined, following: Following): number {
  if (outcome === undefined) return LAST_WORDS_OF_CANCELLED;
  return outcome.type === 'failed' && !following.heardAny() ? LAST_WORDS_OF_REFUSED : LAST_WORDS;
}

/** The last events come before the answer is given, but nobody waits for them for ever. */
async function heard(following: Following, patience: number): Promise<void> {
  const timer = new AbortController();
  await Promise.race([following.ended, delay(patience, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
}
