/** What the sending process holds while a large file goes out. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BuilderEndpoint } from '../../runtime/ports/builders.ts';
import { rssOf } from '../processes.ts';
import type { BenchRow } from '../row.ts';
import { round } from '../statistics.ts';
import type { BuildProcess } from './build-process.ts';

const SAMPLE_MS = 20;

export interface Memory {
  readonly title: string;
  readonly endpoint: BuilderEndpoint;
  readonly ours: BuildProcess;
  /** The directory with the file. */
  readonly path: string;
  readonly megabytes: number;
}

/** Needs a process that has built before: code that it loads is not what is measured. */
export async function benchMemory({ title, endpoint, ours, path, megabytes }: Memory): Promise<BenchRow[]> {
  const before = await rssOf(ours.pid);
  let highest = before;
  const done = new AbortController();
  const sampling = (async () => {
    while (!done.signal.aborted) {
      highest = Math.max(highest, await rssOf(ours.pid));
      await sleep(SAMPLE_MS, undefined, { signal: done.signal }).catch(() => undefined);
    }
  })();
  let milliseconds: number;
  try {
    milliseconds = await ours.perform({ type: 'build', endpoint, path });
  } finally {
    done.abort();
    await sampling;
  }
  return [
    {
      name: `${title}, memory while ${megabytes} MB are sent`,
      value: round((highest - before) / 1024, 1),
      unit: 'MB more RSS',
      note: `${round(before / 1024)} MB before; ${round(megabytes / (milliseconds / 1000))} MB/s`,
    },
  ];
}
