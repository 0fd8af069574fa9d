import type { Build, BuildStatus } from '../../schemas/gen/types.ts';
import type { ImageRecord } from '../../runtime/ports/images.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { formatDuration } from '../../schemas/values/duration.ts';
import { formatTime, parseTime } from '../../schemas/values/time.ts';
import type { ReconcileContext } from '../engine/contract.ts';
import { failureOf } from './failure.ts';
import type { HistoryEntry } from './decide.ts';
import type { Job } from './jobs.ts';
import { humanSize } from '../../schemas/values/human-size.ts';
import { shownOutputs } from './outputs.ts';

export type Context = ReconcileContext<BuildStatus>;

type LastBuild = NonNullable<BuildStatus['lastBuild']>;

/** How far it is. */
export function recordProgress({ steps }: Job, { status }: Context): void {
  status.set({ lastBuild: { ...status.current.lastBuild, ...steps.counts }, steps: steps.shown });
}

/** Writes into status how a build ended; the result of a successful one is in use from now on. What is to be told of a failure is told by the caller. */
export function recordEnd(build: Build, job: Job, context: Context): void {
  const { state, steps, number } = job;
  if (state.type === 'running') return;
  const { status, event } = context;
  const { current } = status;
  const ended = endOf(current.lastBuild ?? {}, state.at);
  const base = { ...ended, ...steps.counts };
  status.set({ steps: steps.shown });
  switch (state.type) {
    case 'stopped':
      status.set({ lastBuild: { ...base, phase: state.reason } });
      event('Normal', STOPPED[state.reason], `build ${number} was ended`);
      return;
    case 'failed': {
      const failure = failureOf(state.error);
      const failures = (base.failures ?? 0) + (failure.transient ? 0 : 1);
      status.set({ lastBuild: { ...base, phase: 'Failed', failure, ...(failures === 0 ? {} : { failures }) } });
      // One that failed early says nothing of what the linter would.
      if (steps.warnings.length > 0) reportWarnings(job, context);
      return;
    }
    case 'succeeded': {
      status.set({ lastBuild: { ...base, phase: 'Succeeded' }, outputs: shownOutputs(build, state.done.digest) });
      reportWarnings(job, context);
      const { record, digest } = state.done;
      use({ number, key: job.buildKey, ...(record && { record }) }, context);
      event(
        'Normal',
        REASONS.Built,
        `build ${number} is done in ${ended.duration}${digest === undefined ? '' : `: ${digest}`}`,
      );
    }
  }
}

const STOPPED = { Superseded: REASONS.BuildSuperseded, Cancelled: REASONS.BuildCancelled } as const;

/** A build that nobody works on any more: the daemon that did is gone. */
export function recordInterrupted({ status, clock, event }: Context): void {
  const { lastBuild = {} } = status.current;
  status.set({ lastBuild: { ...endOf(lastBuild, clock.now()), phase: 'Interrupted' } });
  event('Warning', REASONS.BuildInterrupted, `build ${lastBuild.number} was interrupted`);
}

function endOf(lastBuild: LastBuild, at: number): LastBuild {
  const started = parseTime(lastBuild.startTime ?? '') ?? at;
  return {
    ...lastBuild,
    completionTime: formatTime(at),
    duration: formatDuration(Math.max(0, Math.round((at - started) / 100) * 100)),
  };
}

/** One Event for each of the first few; all of them are in status. */
const MAX_WARNING_EVENTS = 3;

function reportWarnings({ steps }: Job, { status, event }: Context): void {
  const { warnings } = steps;
  status.set({ warnings: warnings.length === 0 ? undefined : warnings });
  for (const { message, file, line } of warnings.slice(0, MAX_WARNING_EVENTS)) {
    event('Warning', REASONS.LintWarnings, `${file === undefined ? '' : `${file}:${line}: `}${message}`);
  }
  status.condition({
    type: 'LintClean',
    status: warnings.length === 0 ? 'True' : 'False',
    reason: warnings.length === 0 ? REASONS.Linted : REASONS.LintWarnings,
    message: warnings.length === 0 ? 'no warnings' : `${warnings.length} warnings: ${warnings[0]?.message}`,
  });
}

interface Result {
  readonly number: number;
  readonly key: string;
  /** Absent where no image was wanted. */
  readonly record?: ImageRecord;
}

/** Puts a new result in use, and into the history, whose end is cut off later. */
function use({ number, key, record }: Result, { status }: Context): void {
  const { lastBuild = {}, history = [] } = status.current;
  if (record === undefined) {
    status.set({ number, key, ...NO_IMAGE });
    return;
  }
  const { cause, completionTime, duration } = lastBuild;
  const entry: HistoryEntry = {
    number,
    key,
    digest: record.digest,
    manifestDigest: record.manifestDigest,
    recordName: record.name,
    ...(cause === undefined ? {} : { cause }),
    ...(completionTime === undefined ? {} : { completionTime }),
    ...(duration === undefined ? {} : { duration }),
  };
  const others = history.filter((kept) => kept.number !== number);
  status.set({ number, key, ...imageFields(record), history: [entry, ...others] });
}

/** Puts a result that was kept in use again. */
export function useKept({ number, key }: HistoryEntry, record: ImageRecord, { status }: Context): void {
  const { digest } = record;
  const outputs = status.current.outputs?.map((output) => (output.type === 'image' ? { ...output, digest } : output));
  status.set({ number, key, ...imageFields(record), ...(outputs && { outputs }) });
}

/** The newest ones besides the one in use, and those that somebody needs. */
export function trim(
  history: readonly HistoryEntry[],
  inUse: number | undefined,
  { historyLimit = 3 }: Build['spec'],
  isNeeded: (manifestDigest: string) => boolean,
): HistoryEntry[] {
  const others = history.filter(({ number }) => number !== inUse).slice(0, historyLimit);
  return history.filter(
    (entry) => entry.number === inUse || others.includes(entry) || isNeeded(entry.manifestDigest ?? ''),
  );
}

function imageFields(record: ImageRecord): Partial<BuildStatus> {
  const { digest, manifestDigest, chainId, snapshotter, platform, sizeBytes, name } = record;
  return {
    digest,
    manifestDigest,
    chainId,
    snapshotter,
    platform,
    recordName: name,
    sizeBytes,
    size: humanSize(sizeBytes),
  };
}

const NO_IMAGE = {
  digest: undefined,
  manifestDigest: undefined,
  chainId: undefined,
  snapshotter: undefined,
  platform: undefined,
  recordName: undefined,
  sizeBytes: undefined,
  size: undefined,
} as const;
