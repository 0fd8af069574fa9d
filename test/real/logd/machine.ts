/** A private logd on temporary directories, with writers that hold their FIFOs as a container's shim does. */
import { closeSync, constants, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Socket } from 'node:net';
import { createHost } from '../../../runtime/host/create-host.ts';
import { createProcesses } from '../../../runtime/host/processes.ts';
import { openLogs, type LogsOptions } from '../../../runtime/logd/create-logs.ts';
import { endLogd } from '../../../runtime/logd/end-logd.ts';
import type { Logs } from '../../../runtime/ports/logs.ts';
import type { ProcessIdentity, Processes } from '../../../runtime/ports/processes.ts';
import { temporaryDirectory } from '../../runtime/host/temporary.ts';
import type { LogsBackend, TestWriter } from '../../suites/logs.ts';

export interface LogdMachine extends LogsBackend {
  readonly logs: Logs & AsyncDisposable;
  readonly processes: Processes;
  readonly options: LogsOptions;
  /** The logd that runs now. */
  identity(): Promise<ProcessIdentity>;
}

const silent = { info: () => undefined, warn: () => undefined };

export async function openMachine(more: Partial<LogsOptions> = {}): Promise<LogdMachine> {
  const directory = await temporaryDirectory();
  const processes = createProcesses({ bootId: 'this boot' });
  const runDirectory = join(directory.path, 'run');
  const dataDirectory = join(directory.path, 'data');
  const host = createHost({ runDirectory });
  const options: LogsOptions = { dataDirectory, runDirectory, host, processes, log: silent, ...more };
  const logs = await openLogs(options);
  return {
    logs,
    processes,
    options,
    writer: openWriter,
    identity: async () =>
      JSON.parse(await readFile(join(runDirectory, 'logd/process.json'), 'utf8')) as ProcessIdentity,
    async [Symbol.asyncDispose]() {
      await logs[Symbol.asyncDispose]();
      await endLogd(options);
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** Both ends of both FIFOs stay open, so that a reader may come and go. */
export async function openWriter(paths: { readonly stdout: string; readonly stderr: string }): Promise<TestWriter> {
  const [stdout, stderr] = [openEnd(paths.stdout), openEnd(paths.stderr)];
  return {
    stdout: (text) => stdout.write(text),
    stderr: (text) => stderr.write(text),
    async close() {
      await Promise.all([stdout.close(), stderr.close()]);
    },
  };
}

function openEnd(path: string): { write(text: string | Uint8Array): Promise<void>; close(): Promise<void> } {
  const writing = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const keeper = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const socket = new Socket({ fd: writing, readable: false, writable: true });
  return {
    write: (text) =>
      new Promise((resolve, reject) => socket.write(text, (error) => (error ? reject(error) : resolve()))),
    async close() {
      await new Promise<void>((resolve) => socket.once('close', () => resolve()).destroy());
      closeSync(keeper);
    },
  };
}
