/** Starts a host program and waits for its end: bounded in time and output, killed with all its children when either is exceeded. */
import { spawn, type ChildProcess } from 'node:child_process';
import { RuntimeError, type RuntimeErrorCode } from '../errors.ts';
import type { RunResult } from '../ports/host.ts';

export interface RunRequest {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** Milliseconds; Infinity for none. */
  readonly deadline: number;
  readonly signal?: AbortSignal;
  readonly cwd?: string;
  /** Open file descriptors that the program gets as 3, 4, …. */
  readonly descriptors?: readonly number[];
}

export interface ProgramEnd {
  /** Exit code, or the signal that ended it. */
  readonly code: number | string;
  readonly stdout: string;
  /** The end of it. */
  readonly stderr: string;
}

/** More than any program of ours has to say; a runaway one must not fill the daemon's memory. */
const maxOutputBytes = 16 * 1024 * 1024;
const keptErrorBytes = 4096;

/**
 * Resolves with stdout when the program exits with 0. Rejects with RuntimeError: Unsupported (no such program), DeadlineExceeded,
 * Cancelled, ResourceExhausted (too much output, no space), else Internal with the end of stderr.
 */
export async function runProgram(request: RunRequest): Promise<RunResult> {
  const { code, stdout, stderr } = await runToEnd(request);
  if (code !== 0) throw failure(request, code, stderr);
  return { stdout, stderr };
}

/** Resolves however the program ends by itself; rejects as `runProgram` does otherwise. */
export async function runToEnd(request: RunRequest): Promise<ProgramEnd> {
  const { program, signal } = request;
  if (signal?.aborted === true)
    throw new RuntimeError('Cancelled', `${program} was not started`, { cause: signal.reason });
  const child = start(request);
  let stopped: RuntimeError | undefined;
  const stop = (error: RuntimeError): void => {
    stopped ??= error;
    killGroup(child);
  };
  const onAbort = (): void => stop(new RuntimeError('Cancelled', `${program} was stopped`, { cause: signal?.reason }));
  const timer = Number.isFinite(request.deadline)
    ? setTimeout(() => {
        stop(new RuntimeError('DeadlineExceeded', `${describe(request)} did not end within ${request.deadline} ms`));
      }, request.deadline)
    : undefined;
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const end = await outcome(child, request, stop);
    if (stopped) throw stopped;
    return end;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** In a process group of its own, so that its children end with it. */
function start(request: RunRequest): ChildProcess {
  return spawn(request.program, request.args, {
    env: request.env,
    detached: true,
    stdio: [request.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...(request.descriptors ?? [])],
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
  });
}

function outcome(child: ChildProcess, request: RunRequest, stop: (error: RuntimeError) => void): Promise<ProgramEnd> {
  const chunks: Buffer[] = [];
  let size = 0;
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxOutputBytes) chunks.push(chunk);
    else stop(new RuntimeError('ResourceExhausted', `${describe(request)} wrote more than ${maxOutputBytes} bytes`));
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-keptErrorBytes);
  });
  // A program that ends without reading its input is no trouble of its own: its exit code tells.
  child.stdin?.on('error', () => undefined).end(request.input);
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(startFailure(request, cause)));
    child.once('close', (code, signal) => {
      resolve({ code: code ?? signal ?? 'no code', stdout: Buffer.concat(chunks).toString('utf8'), stderr });
    });
  });
}

/** Kills a child that was started with `detached`, and its children. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

/** What spawn(2) refused, as a RuntimeError. */
export function startFailure(request: { readonly program: string }, cause: NodeJS.ErrnoException): RuntimeError {
  const { program } = request;
  if (cause.code === 'ENOENT') {
    return new RuntimeError('Unsupported', `${program} is not installed, or not on PATH`, { cause });
  }
  const code: RuntimeErrorCode = ['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE'].includes(cause.code ?? '')
    ? 'ResourceExhausted'
    : 'Internal';
  return new RuntimeError(code, `${program} could not be started: ${cause.message}`, { cause });
}

function failure(request: RunRequest, code: number | string, stderr: string): RuntimeError {
  const said = stderr.trim() === '' ? 'it said nothing' : stderr.trim();
  const kind: RuntimeErrorCode = /no space left on device/i.test(stderr) ? 'ResourceExhausted' : 'Internal';
  return new RuntimeError(kind, `${describe(request)} ended with ${code}: ${said}`);
}

/** The program and its first words: options and paths of ours, never input. */
function describe({ program, args }: RunRequest): string {
  return [program, ...args.slice(0, 4)].join(' ').slice(0, 200);
}
