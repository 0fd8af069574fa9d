/** The BuildLogs port over files of ours. Readers follow in this process; another daemon's logs are read as they were left. */
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BuildLogEntry, BuildLogId, BuildLogs, BuildLogWriter } from '../ports/build-logs.ts';
import { namesIn } from '../file-failure.ts';
import { logFailure, logPath, numbersIn, ownerDirectory } from './files.ts';
import { DEFAULT_BOUNDS, LiveLog, type LogBounds } from './live-log.ts';
import { readLog } from './read-log.ts';

export interface BuildLogsOptions {
  /** Logs are in `build-logs` below it. */
  readonly dataDirectory: string;
  readonly clock: { now(): number };
  readonly log: { warn(fields: object, message: string): void };
  readonly bounds?: LogBounds;
}

/** Logs may hold what a build printed by mistake: only the daemon reads them. */
const PRIVATE_DIRECTORY = 0o700;
const PRIVATE_FILE = 0o600;

export function createBuildLogs({ dataDirectory, clock, log, bounds = DEFAULT_BOUNDS }: BuildLogsOptions): BuildLogs {
  return new FileBuildLogs(join(dataDirectory, 'build-logs'), (id, file) => {
    const warn = (fields: object, message: string): void => log.warn({ ...id, ...fields }, message);
    return new LiveLog(file, { bounds, now: () => clock.now(), warn });
  });
}

type MakeLog = (id: BuildLogId, file: Awaited<ReturnType<typeof open>>) => LiveLog;

class FileBuildLogs implements BuildLogs {
  readonly #root: string;
  readonly #make: MakeLog;
  /** By path. */
  readonly #live = new Map<string, LiveLog>();

  constructor(root: string, make: MakeLog) {
    this.#root = root;
    this.#make = make;
  }

  async open(id: BuildLogId): Promise<BuildLogWriter> {
    const path = logPath(this.#root, id);
    await this.#discard(path);
    try {
      await mkdir(dirname(path), { recursive: true, mode: PRIVATE_DIRECTORY });
      const live = this.#make(id, await open(path, 'wx', PRIVATE_FILE));
      this.#live.set(path, live);
      return {
        append: (entry) => live.append(entry),
        close: async () => {
          await live.close();
          if (this.#live.get(path) === live) this.#live.delete(path);
        },
      };
    } catch (error) {
      throw logFailure(id, error);
    }
  }

  async *read(
    id: BuildLogId,
    options: { readonly follow: boolean; readonly signal?: AbortSignal },
  ): AsyncIterable<BuildLogEntry> {
    const path = logPath(this.#root, id);
    try {
      yield* readLog(path, this.#live.get(path), options);
    } catch (error) {
      throw logFailure(id, error);
    }
  }

  async keep(log: string, numbers: readonly number[]): Promise<void> {
    const found = await numbersIn(ownerDirectory(this.#root, log));
    await Promise.all(
      found
        .filter((number) => !numbers.includes(number))
        .map((number) => this.#discard(logPath(this.#root, { log, number }))),
    );
  }

  async remove(log: string): Promise<void> {
    const directory = ownerDirectory(this.#root, log);
    await this.keep(log, []);
    await rm(directory, { recursive: true, force: true });
  }

  async list(): Promise<readonly string[]> {
    return await namesIn(this.#root);
  }

  /** Readers keep the file that they have open, and come to its end. */
  async #discard(path: string): Promise<void> {
    const live = this.#live.get(path);
    this.#live.delete(path);
    await live?.close();
    await rm(path, { force: true });
  }
}
