/** One build from the command line: it is waited for until the Build is what it is asked to be, and shown while it goes on. */
import { build } from '../../schemas/definitions/build.ts';
import type { Build } from '../../schemas/gen/types.ts';
import { computeStatus } from '../../schemas/values/kstatus.ts';
import type { Session } from '../connect/session.ts';
import { note, type Io } from '../io.ts';
import { refOf } from '../kinds/directory.ts';
import { follow } from '../watch/follow.ts';
import { objectSource } from '../watch/object-source.ts';
import { followBuildLog } from './follow-log.ts';
import type { BuildRef } from './open-log.ts';

export interface WantedBuild extends BuildRef {
  /** Status of an older one says nothing. */
  readonly generation: number;
  /** The value of the annotation that asked; absent: nobody had to. */
  readonly request?: string;
  /** Number of the newest build that was over before. */
  readonly after: number;
}

export type BuildEnding =
  /** `number`: that of the build that made it; absent: nothing had to be built. */
  | { readonly type: 'built'; readonly object: Build; readonly number?: number }
  /** `shown`: its log was. */
  | { readonly type: 'failed'; readonly object: Build; readonly message: string; readonly shown: boolean }
  | { readonly type: 'deleted' };

export interface RunBuildOptions {
  readonly session: Session;
  readonly io: Io;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Shows the log of one build, to its end. */
  readonly show: (log: ReturnType<typeof followBuildLog>) => Promise<void>;
  /** Which build is being shown; undefined: none. */
  readonly onBuild: (number: number | undefined) => void;
}

/** What is to be done about a Build as it is now. */
type Step =
  | { readonly type: 'show'; readonly number: number }
  | { readonly type: 'wait'; readonly why: string }
  | { readonly type: 'end'; readonly state: 'built' | 'failed'; readonly message: string };

/** Rejects with the signal's reason, and with ApiError. */
export async function runBuild(wanted: WantedBuild, options: RunBuildOptions): Promise<BuildEnding> {
  const { session, io, signal, show, onBuild } = options;
  const { namespace, name } = wanted;
  const source = objectSource(session.client, refOf(build), { namespace, fieldSelector: `metadata.name=${name}` });
  let shown = wanted.after;
  let told = '';
  for await (const change of follow(source, io, signal)) {
    if (change.type === 'SYNCED') continue;
    if (change.type === 'DELETED') return { type: 'deleted' };
    const object = change.item as Build;
    let step = nextStep(object, wanted, shown);
    while (step.type === 'show') {
      shown = step.number;
      onBuild(shown);
      await show(followBuildLog(session, io, { namespace, name, number: shown }, signal));
      onBuild(undefined);
      step = nextStep(object, wanted, shown);
    }
    if (step.type === 'end') return endingOf(object, step, shown, shown > wanted.after);
    if (step.why !== told && step.why !== '') note(io, `waiting: ${step.why}`);
    told = step.why;
  }
  signal.throwIfAborted();
  return { type: 'deleted' };
}

function nextStep({ ...object }: Build, wanted: WantedBuild, shown: number): Step {
  const { status, metadata } = object;
  if (metadata.deletionTimestamp !== undefined) return { type: 'wait', why: 'it is being deleted' };
  const last = status?.lastBuild;
  if (last?.number !== undefined && last.number > shown) return { type: 'show', number: last.number };
  const isSeen = (status?.observedGeneration ?? 0) >= wanted.generation;
  if (!isSeen || (wanted.request !== undefined && status?.observedBuildRequest !== wanted.request))
    return { type: 'wait', why: '' };
  if (last?.phase === 'Running') return { type: 'wait', why: '' };
  const { state, message } = computeStatus(object);
  if (state === 'Current') return { type: 'end', state: 'built', message };
  if (state === 'Failed') return { type: 'end', state: 'failed', message };
  return { type: 'wait', why: message };
}

function endingOf(object: Build, step: Step & { type: 'end' }, number: number, isNew: boolean): BuildEnding {
  if (step.state === 'failed') return { type: 'failed', object, message: step.message, shown: isNew };
  return { type: 'built', object, ...(isNew ? { number } : {}) };
}
