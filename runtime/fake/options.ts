import type { HostFacts } from '../ports/host.ts';
import type { FakeProgram } from './programs.ts';

/** Milliseconds since the epoch: the engine's Clock fits. */
export interface FakeClock {
  now(): number;
}

/** Runs `wake` once after a delay, never synchronously: the engine's Timers fit. */
export interface FakeTimers {
  after(delayMs: number, wake: () => void): Disposable;
}

export interface FakeRuntimeOptions {
  readonly clock: FakeClock;
  readonly timers: FakeTimers;
  /** An empty directory: files are then really there. Absent: they live in memory, under paths that do not exist. */
  readonly directory?: string;
  /** Differences from the default facts. */
  readonly facts?: Partial<HostFacts>;
  /** Host paths that Volumes allows; default none. */
  readonly allowHostPaths?: readonly string[];
  /** Asked first what a command does; undefined: the built-in small programs (programs.ts). */
  readonly program?: (args: readonly string[]) => FakeProgram | undefined;
}

/** Facts of a made-up root machine. */
export function fakeFacts(options: Pick<FakeRuntimeOptions, 'directory' | 'facts'>): HostFacts {
  const root = options.directory ?? '/nonexistent/tsmoby-fake';
  return {
    nodeName: 'fake-node',
    bootId: '00000000-0000-4000-8000-000000000001',
    architecture: 'amd64',
    rootless: false,
    cgroups: { version: 2, controllers: ['cpu', 'memory', 'pids'] },
    dataDirectory: `${root}/data`,
    runDirectory: `${root}/run`,
    storeIdentity: '00000000-0000-4000-8000-0000000000aa',
    ...options.facts,
  };
}
