import { RuntimeError, type RuntimeErrorCode } from '../../errors.ts';
import { BuildFailedError } from '../../ports/builders.ts';
import { isDiskFull } from '../errors.ts';
import type { StepMemory } from '../events.ts';
import type { FailureStatus } from './status.ts';
import { createScrubber, type Scrubber } from './scrub.ts';

/** What is known of a build besides how it failed. */
export interface FailureContext {
  /** Of the builder, for messages. */
  readonly title: string;
  readonly steps?: Pick<StepMemory, 'step' | 'failed'>;
  readonly scrubber?: Scrubber;
}

/**
 * Says of a failed build what went wrong, where, and what to do; and whether the same again would fail again (BuildFailedError) or something outside of
 * the build is at fault (RuntimeError of another code).
 */
export function buildError(failure: FailureStatus, context: FailureContext): RuntimeError {
  const scrubber = context.scrubber ?? createScrubber();
  const step =
    (failure.vertex === undefined ? undefined : context.steps?.step(failure.vertex)) ?? context.steps?.failed();
  const name = step === undefined ? undefined : scrubber.scrub(step.name);
  const text = scrubber.scrub(plain(failure.message));
  const kind =
    KINDS.find((candidate) => candidate.matches(text, name ?? '')) ??
    (failure.place !== undefined && step === undefined ? INVALID : FAILED);
  const { place } = failure;
  const where = place === undefined ? '' : `${place.file}:${place.startLine}: `;
  const message = `${where}${kind.say?.(text) ?? text}${kind.advice === undefined ? '' : `; ${kind.advice}`}`;
  if (kind.code !== undefined)
    return new RuntimeError(kind.code, `${context.title}: ${message}`, { reason: kind.reason });
  return new BuildFailedError(message, {
    reason: kind.reason,
    step: name,
    place,
    exitCode: failure.exitCode ?? exitCodeOf(text),
  });
}

interface Kind {
  readonly reason: string;
  /** Absent: the build is at fault. */
  readonly code?: RuntimeErrorCode;
  matches(text: string, step: string): boolean;
  /** In our words, where the builder's are no good. */
  say?(text: string): string;
  readonly advice?: string;
}

const says =
  (pattern: RegExp) =>
  (text: string): boolean =>
    pattern.test(text);

const DENIED =
  /\b(401|403)\b|unauthorized|authorization failed|authentication required|no basic auth credentials|denied/i;
const RESOLVES =
  /failed to (?:resolve source metadata|resolve image|do request|fetch|copy|authorize|fetch (?:anonymous|oauth) token)/i;
const isFrontend = (text: string, step: string): boolean =>
  step.startsWith('resolve image config for ') || /frontend/i.test(text.split(':')[0] ?? '');
const isImage = (text: string, step: string): boolean =>
  RESOLVES.test(text) || /^\[internal\] load metadata for |^resolve image config for /.test(step);

const NOT_IN_STAGE = /lstat \S*\/buildkit-mount\d+(\/.*): no such file or directory$/;

/** First match wins: what is certain before what is likely. */
const KINDS: readonly Kind[] = [
  {
    reason: 'DiskFull',
    code: 'ResourceExhausted',
    matches: isDiskFull,
    advice: 'its disk is full: prune its cache, or give it more space',
  },
  {
    // What a front end runs for itself, as it does for bills of materials, asks for no other network.
    reason: 'BuildFailed',
    matches: says(/network bridge not found/),
    advice: 'this dockerd has no network for steps, which this one wants; let a buildkitd build it',
  },
  {
    reason: 'EntitlementNotAllowed',
    code: 'FailedPrecondition',
    matches: says(/is not allowed(?: by build daemon configuration)?$|^granting entitlement |unknown entitlement/),
    advice: 'the builder has to be started with this entitlement allowed',
  },
  {
    reason: 'BuilderTooOld',
    code: 'Unsupported',
    matches: says(/^exporter "[^"]*" could not be found|^unknown (?:service|method) /),
  },
  {
    reason: 'BuilderUnavailable',
    code: 'Unavailable',
    matches: says(
      /no active session for|session healthcheck failed|no such job |^context canceled$|^closing transport due to/,
    ),
    advice: 'the session with it broke; it is tried again',
  },
  {
    reason: 'Unauthorized',
    code: 'Unauthorized',
    matches: (text) => /failed to push|pushing /.test(text) && DENIED.test(text),
    advice: 'the registry refuses the push: give credentials that may write there',
  },
  {
    reason: 'PushFailed',
    code: 'Unavailable',
    matches: (text, step) => /failed to push/.test(text) || step.startsWith('pushing '),
  },
  {
    reason: 'FrontendUnavailable',
    matches: says(/^invalid frontend: /),
    advice: 'it has none of this name; other front ends are images, by gateway.v0',
  },
  {
    reason: 'StageNotFound',
    matches: says(/^target stage .* could not be found/),
    advice: 'target has to be the name of a stage (FROM … AS name) or its number',
  },
  {
    reason: 'DockerfileNotFound',
    matches: says(/failed to read dockerfile: .*(?:no such file or directory|not found)/),
  },
  {
    reason: 'SourceNotFound',
    matches: says(/failed to (?:compute cache key|calculate checksum).*not found|"[^"]*" not found: not found/),
    say: (text) => {
      const path = /"([^"]*)":? not found(?:: not found)?$/.exec(text)?.[1];
      return path === undefined ? text : `${path} is not in the context`;
    },
    advice: 'is the path right, relative to the context, and not left out by its ignore file?',
  },
  {
    // Of another stage or image, whose files lie somewhere on the builder's disk: where is nobody's business.
    reason: 'SourceNotFound',
    matches: says(NOT_IN_STAGE),
    say: (text) => `${NOT_IN_STAGE.exec(text)?.[1] ?? text} is not in what it is copied from`,
  },
  { reason: 'SecretNotFound', matches: says(/^secret .*: not found$|failed to .*secret.*not found/) },
  {
    reason: 'Unauthorized',
    code: 'Unauthorized',
    matches: (text, step) => isImage(text, step) && DENIED.test(text),
    advice: 'the image is not there, or its registry wants other credentials',
  },
  {
    reason: 'FrontendUnavailable',
    code: 'Unavailable',
    matches: (text, step) => isFrontend(text, step) && isImage(text, step),
  },
  { reason: 'BaseImageUnavailable', code: 'Unavailable', matches: isImage },
  {
    reason: 'DockerfileInvalid',
    matches: says(
      /dockerfile parse error|failed to parse |unknown instruction|failed to create LLB definition|cannot be empty|no build stage|base name .* should not be blank/i,
    ),
  },
];

/** What points at a line before any step ran is about the line. */
const INVALID: Kind = { reason: 'DockerfileInvalid', matches: () => true };
const FAILED: Kind = { reason: 'BuildFailed', matches: () => true };

/** Without the layers of wrapping that say nothing. */
function plain(message: string): string {
  return message.replace(/^(?:failed to solve: |rpc error: code = \w+ desc = )+/, '').trim();
}

function exitCodeOf(text: string): number | undefined {
  const code = /exit code: (\d+)/.exec(text)?.[1];
  return code === undefined ? undefined : Number(code);
}
