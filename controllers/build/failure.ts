import { isRuntimeError, type RuntimeErrorCode } from '../../runtime/errors.ts';
import { BuildFailedError, type SourcePlace } from '../../runtime/ports/builders.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { BuildStatus } from '../../schemas/gen/types.ts';

export type Failure = Omit<
  NonNullable<NonNullable<BuildStatus['lastBuild']>['failure']>,
  'reason' | 'message' | 'transient'
> & {
  readonly reason: string;
  readonly message: string;
  /** Not its own fault: the same may succeed the next time. */
  readonly transient: boolean;
};

/** The time that a build may take is over. */
export class BuildTimeoutError extends Error {
  override readonly name = 'BuildTimeoutError';
  constructor(seconds: number) {
    super(`it took longer than the ${seconds} s of activeDeadlineSeconds`);
  }
}

const NEIGHBOURS = 3;
/** A RUN with a long here-document is one place. */
const LONGEST_PLACE = 20;
const LONGEST_LINE = 200;
const LONGEST_MESSAGE = 2000;

/** What a failed build says of itself in status and log, and whether it is to be tried again. */
export function failureOf(error: unknown): Failure {
  if (error instanceof BuildFailedError) return buildFailure(error);
  const message = messageOf(error);
  if (error instanceof BuildTimeoutError) return { reason: REASONS.BuildTimeout, transient: false, message };
  if (!isRuntimeError(error)) return { reason: REASONS.ReconcileError, transient: true, message };
  const { code, reason = REASON_OF[code] } = error;
  // Only another builder, or one that was started in another way, could do it.
  const final = FINAL.has(code) || reason === REASONS.EntitlementNotAllowed;
  return { reason, transient: !final, message };
}

/** What no second try heals, unless something is changed by a person. */
const FINAL: ReadonlySet<RuntimeErrorCode> = new Set(['InvalidArgument', 'Unsupported']);

const REASON_OF: Readonly<Record<RuntimeErrorCode, string>> = {
  Unavailable: REASONS.BuilderUnavailable,
  DeadlineExceeded: REASONS.BuilderUnavailable,
  InvalidArgument: REASONS.BuildFailed,
  Unsupported: REASONS.BuilderTooOld,
  ResourceExhausted: REASONS.DiskFull,
  Unauthorized: REASONS.Unauthorized,
  NotFound: REASONS.BuildFailed,
  AlreadyExists: REASONS.BuildFailed,
  FailedPrecondition: REASONS.BuildFailed,
  Corrupt: REASONS.DigestMismatch,
  Cancelled: REASONS.BuildInterrupted,
  Internal: REASONS.ReconcileError,
};

function buildFailure(error: BuildFailedError): Failure {
  const { step, place, reason = REASONS.BuildFailed } = error;
  return {
    reason,
    // It says itself that the next try may be another one.
    transient: HEALING.has(reason),
    message: withoutPlace(messageOf(error), place),
    ...(step === undefined ? {} : { step: step.slice(0, LONGEST_MESSAGE) }),
    ...(place === undefined ? {} : placeOf(place)),
  };
}

const HEALING: ReadonlySet<string> = new Set([
  REASONS.ContextChanged,
  REASONS.BaseImageUnavailable,
  REASONS.FrontendUnavailable,
  REASONS.PushFailed,
  REASONS.OutputFailed,
  REASONS.DiskFull,
  REASONS.Unauthorized,
  REASONS.BuilderUnavailable,
]);

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, LONGEST_MESSAGE);

/** The place stands beside it: whoever shows both says it once. */
function withoutPlace(message: string, place: SourcePlace | undefined): string {
  const prefix = `${place?.file}:${place?.startLine}: `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}

/** `Dockerfile:4: no such file`. */
export const failureText = ({ file, line, message }: Pick<Failure, 'file' | 'line' | 'message'>): string =>
  file === undefined ? message : `${file}:${line}: ${message}`;

/** `build 3: Dockerfile:4: no such file`. */
export const buildFailureText = (number: number | undefined, failure: Failure): string =>
  `build ${number}: ${failureText(failure)}`;

function placeOf(place: SourcePlace): Pick<Failure, 'file' | 'line' | 'endLine' | 'excerpt'> {
  const { file, startLine: line, endLine } = place;
  const excerpt = excerptOf(place);
  return { file, line, endLine, ...(excerpt === undefined ? {} : { excerpt }) };
}

/** The lines of a place with three before and after them, numbered; those of the place itself have a mark. */
export function excerptOf({ text, startLine, endLine }: SourcePlace): string | undefined {
  if (text === undefined || startLine < 1) return undefined;
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const last = Math.min(lines.length, Math.min(endLine, startLine + LONGEST_PLACE - 1) + NEIGHBOURS);
  const first = Math.max(1, startLine - NEIGHBOURS);
  if (first > last) return undefined;
  const width = String(last).length;
  return lines
    .slice(first - 1, last)
    .map((line, index) => {
      const number = first + index;
      const mark = number >= startLine && number <= endLine ? '>>>' : '   ';
      return `${mark} ${String(number).padStart(width)} | ${line.replace(/\r$/, '').slice(0, LONGEST_LINE)}`.trimEnd();
    })
    .join('\n');
}
