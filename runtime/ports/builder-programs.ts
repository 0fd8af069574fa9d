/**
 * The BuilderPrograms port: BuildKits that tsmoby runs itself.
 *
 * A managed builder is a program that outlives the daemon and is adopted by the next one, as our containerd is; its state is below our data directory,
 * its socket below the run directory. It is started when it is needed and stopped when it was idle: its cache stays.
 */
import type { BuilderEndpoint } from './builders.ts';

export type BuilderProgram = 'buildkitd' | 'dockerd';

export interface BuilderPrograms {
  /** What is on this machine, best first: programs on PATH, and sockets that somebody else's answer at. */
  find(): Promise<{
    readonly programs: readonly BuilderProgram[];
    readonly sockets: readonly (BuilderEndpoint & { readonly type: 'unix' | 'docker' })[];
  }>;
  /** Runs it, unless it runs; resolves when it answers. Rejects: Unsupported (no program), Unavailable (it does not come up; the message has the end of its output). */
  ensure(name: string, program: BuilderProgram, signal?: AbortSignal): Promise<BuilderEndpoint>;
  /** Where a managed builder of this name answers at present; undefined when none runs. */
  running(name: string): Promise<{ readonly program: BuilderProgram; readonly endpoint: BuilderEndpoint } | undefined>;
  /** Ends it, with whatever it runs. Idempotent. */
  stop(name: string): Promise<void>;
  /** Its state, too: cache, leases, snapshots. Idempotent. */
  remove(name: string): Promise<void>;
  /** Names for which there is a program or state. */
  list(): Promise<readonly string[]>;
}
