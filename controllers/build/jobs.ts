import type { BuildEvent } from '../../runtime/ports/builders.ts';
import type { ImageRecord } from '../../runtime/ports/images.ts';
import type { Clock, Key } from '../engine/contract.ts';
import type { Timers } from '../engine/environment.ts';
import { Waker } from '../engine/waker.ts';
import { StepsModel } from './steps.ts';

/** Why a build is ended before its time. */
export type StopReason = 'Superseded' | 'Cancelled';

/** The reason of a signal that ends a build; of another one when the daemon ends. */
export class BuildStopped extends Error {
  override readonly name = 'BuildStopped';
  readonly reason: StopReason;
  constructor(reason: StopReason) {
    super(reason === 'Superseded' ? 'what goes in changed while it was built' : 'it was cancelled');
    this.reason = reason;
  }
}

export interface BuildDone {
  /** Of the index or manifest; absent when no image was made. */
  readonly digest?: string;
  /** The image in our store, where one was wanted. */
  readonly record?: ImageRecord;
}

export type JobState =
  | { readonly type: 'running' }
  | { readonly type: 'succeeded'; readonly done: BuildDone; readonly at: number }
  | { readonly type: 'failed'; readonly error: unknown; readonly at: number }
  | { readonly type: 'stopped'; readonly reason: StopReason; readonly at: number };

export interface Job {
  /** Of the build, and of its log. */
  readonly number: number;
  /** What goes into it. */
  readonly buildKey: string;
  readonly steps: StepsModel;
  readonly state: JobState;
}

/** One build from beginning to end; rejects when it failed or the signal aborted, and nothing of it is under way any more. */
export type JobWork = (tell: (event: BuildEvent) => void, signal: AbortSignal) => Promise<BuildDone>;

interface RunningJob extends Job {
  readonly uid: string;
  state: JobState;
  readonly abort: AbortController;
  readonly finished: Promise<void>;
  stopReason?: StopReason;
}

/** `uid`: of the object. */
type JobOptions = Pick<RunningJob, 'uid' | 'number' | 'buildKey'>;

const PROGRESS_MS = 1000;

/**
 * Builds under way, apart from reconciling: one for an object at a time. How one ended stays here until it is written down; all else can be
 * lost, and a build that was is begun anew.
 */
export class Jobs {
  readonly #jobs = new Map<Key, RunningJob>();
  readonly #clock: Clock;
  readonly #timers: Timers;

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
  }

  /** Wakes a Build about once a second while something happens to it, and when it ended. Disposing it ends all builds. */
  readonly source = new Waker(() => {
    for (const { abort } of this.#jobs.values()) abort.abort();
    this.#jobs.clear();
  });

  /** The build of this object, which may have ended. */
  get(key: Key): Job | undefined {
    return this.#jobs.get(key);
  }

  /** `place` is given back when nothing of the build is under way any more. There must be no other build of the object. */
  start(key: Key, { uid, number, buildKey }: JobOptions, place: Disposable, work: JobWork): void {
    const { promise: finished, resolve } = Promise.withResolvers<void>();
    const job: RunningJob = {
      uid,
      number,
      buildKey,
      steps: new StepsModel(),
      state: { type: 'running' },
      abort: new AbortController(),
      finished,
    };
    this.#jobs.set(key, job);
    void this.#run(key, job, place, work).finally(resolve);
  }

  /** Ends it; the object is woken when that is done. Another reason comes too late. */
  stop(key: Key, reason: StopReason): void {
    const job = this.#jobs.get(key);
    if (job?.state.type !== 'running' || job.stopReason !== undefined) return;
    job.stopReason = reason;
    job.abort.abort(new BuildStopped(reason));
  }

  /** Ends and forgets the build of another object that had this name, and went without its finalizer. */
  async endFormer(key: Key, uid: string): Promise<void> {
    const job = this.#jobs.get(key);
    if (job !== undefined && job.uid !== uid) await this.cancel(key);
  }

  /** Its end is written down. */
  forget(key: Key): void {
    if (this.#jobs.get(key)?.state.type !== 'running') this.#jobs.delete(key);
  }

  /** Ends it and forgets it; resolves when nothing of it is under way any more. */
  async cancel(key: Key): Promise<void> {
    const job = this.#jobs.get(key);
    if (job === undefined) return;
    this.stop(key, 'Cancelled');
    await job.finished;
    this.#jobs.delete(key);
  }

  async #run(key: Key, job: RunningJob, place: Disposable, work: JobWork): Promise<void> {
    const { signal } = job.abort;
    const progress = this.#progress(key);
    const tell = (event: BuildEvent): void => {
      job.steps.add(event);
      // Lines of output and counters are for the log alone.
      if (event.type === 'step' || event.type === 'warning') progress.wake();
    };
    try {
      const done = await work(tell, signal);
      job.state = { type: 'succeeded', done, at: this.#clock.now() };
    } catch (error) {
      const at = this.#clock.now();
      const { stopReason: reason } = job;
      job.state = reason === undefined ? { type: 'failed', error, at } : { type: 'stopped', reason, at };
    } finally {
      progress[Symbol.dispose]();
      place[Symbol.dispose]();
      this.source.wake(key);
    }
  }

  /** The first event wakes at once, those of the next second together at its end. */
  #progress(key: Key): Disposable & { wake(): void } {
    let timer: Disposable | undefined;
    let waiting = false;
    const arm = (): void => {
      timer = this.#timers.after(PROGRESS_MS, () => {
        timer = undefined;
        if (!waiting) return;
        waiting = false;
        this.source.wake(key);
        arm();
      });
    };
    return {
      wake: () => {
        if (timer !== undefined) {
          waiting = true;
          return;
        }
        this.source.wake(key);
        arm();
      },
      [Symbol.dispose]: () => timer?.[Symbol.dispose](),
    };
  }
}
