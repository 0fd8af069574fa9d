/** The Logs port over logd. */
import { mkdir, readdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../ports/host.ts';
import type { LogRun, Logs } from '../ports/logs.ts';
import type { Processes } from '../ports/processes.ts';
import { keepResident, type ResidentLog } from '../resident/keep-resident.ts';
import { residentPaths } from '../resident/paths.ts';
import { attachRun } from './attach.ts';
import { fifoPaths, listSegments, logDirectory, logPaths, openRuns, segmentPath } from './files.ts';
import { createFifoHolder } from './hold-fifos.ts';
import type { Answer, Message } from './program/protocol.ts';
import { readRun } from './read.ts';

export interface LogsOptions {
  readonly dataDirectory: string;
  readonly runDirectory: string;
  readonly host: Pick<Host, 'makeFifos'>;
  readonly processes: Processes;
  readonly log: ResidentLog;
  /** Path of Node; default: the one that runs the daemon. */
  readonly node?: string;
  /** Folder of the logd program; default: the one beside this file. */
  readonly program?: string;
}

/** How long a drain waits for processes that still hold the streams. */
const defaultDrainMs = 2000;

/**
 * Starts or adopts logd; resolves when it answers, so that nobody's pipe fills up longer than needed. Disposing leaves logd running.
 * Rejects: Unavailable (logd does not come up), Unsupported (no Node at `node`).
 */
export async function openLogs(options: LogsOptions): Promise<Logs & AsyncDisposable> {
  const paths = logPaths(options.dataDirectory, options.runDirectory);
  await mkdir(paths.logs, { recursive: true, mode: 0o700 });
  const holder = createFifoHolder();
  for (const run of await openRuns(paths)) await holder.hold(Object.values(fifoPaths(paths, run)));
  await mkdir(join(paths.logd, 'fifos'), { recursive: true, mode: 0o700 });
  const logd = await keepResident<Message, Answer>({
    paths: residentPaths(options.runDirectory, 'logd'),
    processes: options.processes,
    log: options.log,
    node: options.node ?? process.execPath,
    program: options.program ?? join(import.meta.dirname, 'program'),
    heapMegabytes: 32,
  });

  const drain = async (run: LogRun, deadline: number): Promise<void> => {
    await logd.ask({ op: 'drain', log: run.log, run: run.run, deadline });
    const fifos = Object.values(fifoPaths(paths, run));
    await Promise.all([holder.release(fifos), ...fifos.map(removeFile)]);
  };

  return {
    async open(run, limits) {
      const directory = logDirectory(paths, run.log);
      const fifos = fifoPaths(paths, run);
      await Promise.all([
        mkdir(directory, { recursive: true, mode: 0o700 }),
        options.host.makeFifos([fifos.stdout, fifos.stderr]),
      ]);
      await holder.hold(Object.values(fifos));
      await logd.ask({ op: 'open', log: run.log, run: run.run, ...fifos, directory, ...limits });
      if (run.run > 1) {
        // Another instance of the object may still be writing.
        const open = (await openRuns(paths, run.log)).map((other) => other.run);
        await dropRunsBefore(directory, run.run - 1, new Set(open));
      }
      return fifos;
    },
    async drain(run, deadlineMs = defaultDrainMs) {
      logDirectory(paths, run.log);
      await drain(run, deadlineMs);
    },
    async tail(run, maxLines, maxBytes) {
      let bytes: Buffer = Buffer.alloc(0);
      for await (const chunk of readRun(paths, run, { tailLines: maxLines })) {
        bytes = Buffer.concat([bytes, chunk]);
        bytes = bytes.subarray(Math.max(0, bytes.length - maxBytes));
      }
      return firstWholeCharacter(bytes).toString('utf8');
    },
    read: (run, readOptions) => readRun(paths, run, readOptions),
    attach(run) {
      const ready = () => logd.ask({ op: 'hello' });
      return attachRun(run, { socketPath: paths.socket, ready });
    },
    async remove(log) {
      const directory = logDirectory(paths, log);
      for (const run of await openRuns(paths, log)) await drain(run, 0);
      await rm(directory, { recursive: true, force: true });
    },
    async latestRun(log) {
      const open = (await openRuns(paths, log)).map(({ run }) => run);
      const runs = [...(await listSegments(logDirectory(paths, log))).keys(), ...open];
      return runs.length === 0 ? undefined : Math.max(...runs);
    },
    list: () => readdir(paths.logs),
    async [Symbol.asyncDispose]() {
      await logd[Symbol.asyncDispose]();
      await holder[Symbol.asyncDispose]();
    },
  };
}

async function dropRunsBefore(directory: string, oldest: number, kept: ReadonlySet<number>): Promise<void> {
  for (const [run, sequences] of await listSegments(directory)) {
    if (run >= oldest || kept.has(run)) continue;
    await Promise.all(sequences.map((sequence) => removeFile(segmentPath(directory, run, sequence))));
  }
}

async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** Without the rest of a UTF-8 sequence whose beginning was cut off. */
function firstWholeCharacter(bytes: Buffer): Buffer {
  let start = 0;
  while (start < 3 && ((bytes[start] ?? 0) & 0b1100_0000) === 0b1000_0000) start++;
  return bytes.subarray(start);
}
