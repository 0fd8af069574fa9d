import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecProcess } from '../../ports/containers.ts';
import type { ContainersContext } from '../containers/context.ts';
import { closeShimInput, deleteExec, killExec, resizeExec, waitForExit } from './calls.ts';
import { execKey, removeExecFifos, type ExecFifos, type ExecName } from './fifos.ts';
import type { Input } from './input.ts';
import { discardOutput, type Output } from './output.ts';
import { createTerminalInput } from './terminal-input.ts';

/**
 * Milliseconds. A process may leave others behind that hold its output open, for ever perhaps: when nothing came for so long after its
 * exit, nothing more is waited for.
 */
const QUIET = 500;
/** Milliseconds from SIGKILL to the exit; a process in a frozen cgroup, or waiting for its disk, is left to the next sweep. */
const EXIT_DEADLINE = 10_000;

/** The ends of a running process that are ours. */
export interface ExecEnds {
  readonly stdin?: Input;
  readonly stdout: Output;
  /** Absent with a terminal. */
  readonly stderr?: Output;
}

/** From the start to the end, by whichever of the ways that the port names. */
export function liveExec(context: ContainersContext, name: ExecName, fifos: ExecFifos, ends: ExecEnds): ExecProcess {
  const { stdin, stdout, stderr } = ends;
  const terminal = stderr === undefined;
  const letGo = new AbortController();
  const abandoned = new AbortController();
  const exited = waitForExit(context, name, abandoned.signal);
  const gone = untilGone(context, name, { exited, ends, letGo: letGo.signal });
  const typed = stdin && terminal ? createTerminalInput(stdin) : undefined;
  let killing: Promise<void> | undefined;
  const kill = async (): Promise<void> => {
    letGo.abort();
    for (const output of [stdout, stderr]) output?.[Symbol.dispose]();
    using discards = new DisposableStack();
    for (const path of [fifos.stdout, fifos.stderr]) {
      if (path !== undefined)
        await discardOutput(path).then(
          (discard) => discards.use(discard),
          () => undefined,
        );
    }
    const late = setTimeout(() => abandoned.abort(), EXIT_DEADLINE);
    await killExec(context, name);
    await gone;
    clearTimeout(late);
  };
  return {
    stdout: stdout.chunks,
    stderr: stderr?.chunks ?? nothing(),
    exited,
    async write(bytes) {
      await (typed ?? stdin)?.write(bytes);
    },
    async closeInput() {
      await (typed ?? stdin)?.end();
      if (stdin && !terminal) await closeShimInput(context, name);
    },
    async resize(size) {
      if (terminal && size.columns > 0 && size.rows > 0) await resizeExec(context, name, size);
    },
    async [Symbol.asyncDispose]() {
      // Once it has gone by itself there is nothing to kill; whoever asks twice waits for the same end.
      killing ??= context.execs.has(execKey(name)) ? kill() : gone;
      await killing;
    },
  };
}

interface Living {
  readonly exited: Promise<unknown>;
  readonly ends: ExecEnds;
  readonly letGo: AbortSignal;
}

/** Resolves when nothing is left of the process, or when what is left is the next sweep's. Never rejects. */
async function untilGone(context: ContainersContext, name: ExecName, { exited, ends, letGo }: Living): Promise<void> {
  const outputs = [ends.stdout, ends.stderr].filter((output) => output !== undefined);
  const closed = Promise.all(outputs.map((output) => output.closed));
  try {
    await exited;
    ends.stdin?.[Symbol.dispose]();
    await Promise.race([closed, quiet(outputs, letGo)]);
    // The shim stops copying now, if it still does: then the streams end here, too.
    await deleteExec(context, name);
    await Promise.race([closed, aborted(letGo)]);
    await removeExecFifos(context.facts.runDirectory, name);
  } catch (error) {
    context.connection.log.warn({ ...name, err: error }, 'what is left of a process is for the next sweep');
  } finally {
    context.execs.delete(execKey(name));
    for (const end of [ends.stdin, ...outputs]) end?.[Symbol.dispose]();
  }
}

/** Resolves when nothing has come for a while and nothing waits to be read, or with the signal. */
async function quiet(outputs: readonly Output[], signal: AbortSignal): Promise<void> {
  const received = (): number => outputs.reduce((sum, output) => sum + output.received(), 0);
  const isRead = (): boolean => outputs.every((output) => output.waiting() === 0);
  for (let before = -1; !signal.aborted && !(received() === before && isRead());) {
    before = received();
    await sleep(QUIET, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // A terminal has one stream.
}
