/** One build from the command line: it is waited for until the Build is what it is asked to be, and shown while it goes on. */
import { isReason } from '../../client/client.ts';
import { build } from '../../schemas/definitions/build.ts';
import type { Build } from '../../schemas/gen/types.ts';
import { computeStatus } from '../../schemas/values/kstatus.ts';
import type { Session } from '../connect/session.ts';
import { note, type Io } from '../io.ts';
import { refOf } from '../kinds/directory.ts';
import { follow } from '../watch/follow.ts';
import { objectSource } from '../../client/watch/object-source.ts';
import { followBuildLog } from './follow-log.ts';
import { whyHalted } from './halted.ts';
import type { BuildRef } from './open-log.ts';

export interface WantedBuild extends BuildRef {
  /** Status of an older one says nothing. */
  readonly generation: number;
  /** The value of the annotation that asked for a look; absent: nobody had to. */
  readonly request?: string;
  /** Build also when nothing changed. */
  readonly force: boolean;
  /** Number of the newest build that was over before. */
  readonly after: number;
}

export type BuildEnding =
  /** `number`: that of the build that made it; absent: nothing had to be built. */
  | { readonly type: 'built'; readonly object: Build; readonly number?: number }
  /** `shown`: its log was. */
  | { readonly type: 'failed'; readonly object: Build; readonly message: string; readonly shown: boolean }
  /** It is set to stand still, see `whyHalted`. */
  | { readonly type: 'halted'; readonly why: string }
  | { readonly type: 'deleted' };

export interface RunBuildOptions {
  readonly session: Session;
  readonly io: Io;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Shows the log of one build, to its end. */
  readonly show: (log: ReturnType<typeof followBuildLog>) => Promise<void>;
  /** Asks for a build, whether or not anything changed; resolves with the value of the annotation. */
  readonly ask: () => Promise<string>;
  /** Which build is being shown; undefined: none. */
  readonly onBuild: (number: number | undefined) => void;
}

/** What is to be done about a Build as it is now. */
type Step =
  | { readonly type: 'show'; readonly number: number }
  | { readonly type: 'wait'; readonly why: string }
  | { readonly type: 'halted'; readonly why: string }
  | End;

interface End {
  readonly type: 'end';
  readonly state: 'built' | 'failed';
  readonly message: string;
}

/**
 * Shows every build that begins, until the Build is what it is asked to be, or cannot become so. One that failed before is tried once more. Rejects with
 * the signal's reason, and with ApiError.
 */
export async function runBuild(wanted: WantedBuild, options: RunBuildOptions): Promise<BuildEnding> {
  const { session, io, signal, ask } = options;
  const { namespace, name } = wanted;
  const source = objectSource(session.client, refOf(build), { namespace, fieldSelector: `metadata.name=${name}` });
  const so: SoFar = { shown: wanted.after, request: wanted.request, asked: false };
  let told = '';
  for await (const change of follow(source, io, signal)) {
    if (change.type === 'SYNCED') continue;
    if (change.type === 'DELETED') return { type: 'deleted' };
    const object = change.item as Build;
    const step = await showAll(object, wanted, so, options);
    if (step.type === 'halted') return step;
    if (step.type === 'end') {
      if (so.asked || so.shown > wanted.after || !isToBeForced(object, step, wanted))
        return endingOf(object, step, so.shown, so.shown > wanted.after);
      so.request = await ask();
      so.asked = true;
    } else {
      if (step.why !== told && step.why !== '') note(io, `waiting: ${step.why}`);
      told = step.why;
    }
  }
  signal.throwIfAborted();
  return { type: 'deleted' };
}

interface SoFar {
  /** Number of the newest build that needs no showing any more. */
  shown: number;
  /** What must be served before status counts. */
  request: string | undefined;
  /** It was asked for a build, and not just for a look. */
  asked: boolean;
}

async function showAll(
  object: Build,
  wanted: WantedBuild,
  so: SoFar,
  { session, io, signal, show, onBuild }: RunBuildOptions,
): Promise<Exclude<Step, { readonly type: 'show' }>> {
  const { namespace, name } = wanted;
  for (;;) {
    const step = nextStep(object, wanted, so);
    if (step.type !== 'show') return step;
    so.shown = step.number;
    onBuild(step.number);
    try {
      await show(followBuildLog(session, io, { namespace, name, number: step.number }, signal));
    } catch (error) {
      if (!isReason(error, 'BadRequest')) throw error;
      note(io, `the log of build ${step.number} cannot be shown: ${error.message}`);
    }
    onBuild(undefined);
  }
}

function nextStep(object: Build, wanted: WantedBuild, { shown, request, asked }: SoFar): Step {
  const { status, metadata } = object;
  if (metadata.deletionTimestamp !== undefined) return { type: 'wait', why: 'it is being deleted' };
  const last = status?.lastBuild;
  if (last?.number !== undefined && last.number > shown) return { type: 'show', number: last.number };
  const halted = whyHalted(object);
  if (halted !== undefined) return { type: 'halted', why: halted };
  if ((status?.observedGeneration ?? 0) < wanted.generation || last?.phase === 'Running')
    return { type: 'wait', why: '' };
  const { state, message } = computeStatus(object);
  if (request !== undefined && status?.observedBuildRequest !== request) {
    // it was looked at already, so what it waits for now is what keeps the build
    if (asked && state === 'Failed' && !isOwnFailure(object)) return { type: 'end', state: 'failed', message };
    return { type: 'wait', why: asked && state === 'InProgress' ? whyItWaits(object, message) : '' };
  }
  if (state === 'Current') return { type: 'end', state: 'built', message };
  if (state === 'Failed') return { type: 'end', state: 'failed', message };
  return { type: 'wait', why: whyItWaits(object, message) };
}

/** What goes on by itself, and will be seen, is not told. */
const ON_ITS_WAY: ReadonlySet<string | undefined> = new Set(['Progressing', 'Building', 'BuildSuperseded']);

function whyItWaits({ status }: Build, message: string): string {
  const reconciling = status?.conditions?.find(({ type }) => type === 'Reconciling');
  return ON_ITS_WAY.has(reconciling?.reason) ? '' : message;
}

const isToBeForced = (object: Build, { state }: End, { force }: WantedBuild): boolean =>
  state === 'built' ? force : isOwnFailure(object);

/** The newest build came to nothing, and will not be tried again by itself. */
function isOwnFailure({ status }: Build): boolean {
  const stalled = status?.conditions?.find(({ type, status: is }) => type === 'Stalled' && is === 'True');
  const { phase, failure } = status?.lastBuild ?? {};
  if (phase === 'Cancelled') return stalled?.reason === 'BuildCancelled';
  return phase === 'Failed' && stalled?.reason === (failure?.reason ?? 'BuildFailed');
}

function endingOf(object: Build, step: End, number: number, isNew: boolean): BuildEnding {
  if (step.state === 'failed') return { type: 'failed', object, message: step.message, shown: isNew };
  return { type: 'built', object, ...(isNew ? { number } : {}) };
}
