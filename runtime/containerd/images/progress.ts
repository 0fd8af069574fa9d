import type { PullProgress } from '../../ports/images.ts';
import type { Clock } from '../connection.ts';

/** Milliseconds between two reports of the same phase. */
const INTERVAL = 250;

/** Keeps count of a pull and tells it at most a few times a second; a new phase and a finished layer of it are told at once. */
export interface ProgressMeter {
  phase(phase: PullProgress['phase']): void;
  expect(totalBytes: number, layers: number): void;
  /** How many bytes of the blob with this digest are there. */
  bytes(digest: string, completed: number): void;
  layerDone(): void;
}

export function createProgressMeter(clock: Clock, report: (progress: PullProgress) => void): ProgressMeter {
  const completed = new Map<string, number>();
  let state: PullProgress = { phase: 'Resolving', completedBytes: 0, totalBytes: 0, layers: 0, layersDone: 0 };
  let told = -Infinity;
  const tell = (change: Partial<PullProgress>, now: boolean): void => {
    state = { ...state, ...change };
    if (!now && clock.now() - told < INTERVAL) return;
    told = clock.now();
    report(state);
  };
  return {
    phase: (phase) => {
      if (phase !== state.phase || told === -Infinity) tell({ phase }, true);
    },
    expect: (totalBytes, layers) => tell({ totalBytes, layers }, true),
    bytes: (digest, bytes) => {
      const before = completed.get(digest) ?? 0;
      completed.set(digest, bytes);
      tell(
        { completedBytes: state.completedBytes + bytes - before },
        state.completedBytes + bytes - before === state.totalBytes,
      );
    },
    layerDone: () => {
      const layersDone = state.layersDone + 1;
      tell({ layersDone }, layersDone === state.layers);
    },
  };
}
