/** Puts questions that the daemon asks itself: commands in containers, and what is asked inside of a sandbox. */
import { isRuntimeError } from '../errors.ts';
import type { ProbeAction, ProbeTarget } from '../ports/probes.ts';
import type { Doors } from './doors.ts';
import { askNetwork } from './program/ask-network.ts';
import type { AskProbe } from './program/keep-asking.ts';
import type { ProbeAnswer } from './program/probe-cycle.ts';

/** Runs a command in an instance. Rejects with RuntimeError; with Unavailable when it cannot be known how it would have ended. */
export type RunCommand = (
  instanceId: string,
  command: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
) => Promise<{ readonly exitCode: number; readonly output: string }>;

/** Where an inside question goes when nobody says otherwise. */
const loopback = '127.0.0.1';

export function askHere(
  action: ProbeAction,
  { instanceId, pid }: ProbeTarget,
  timeoutMs: number,
  { exec, doors }: { readonly exec: RunCommand; readonly doors: Doors },
): AskProbe {
  if (action.type === 'exec') return (signal) => askExec(exec, instanceId, action.command, timeoutMs, signal);
  return (signal) => askNetwork(action, loopback, doors.dialInside(pid), signal);
}

async function askExec(
  exec: RunCommand,
  instanceId: string,
  command: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProbeAnswer | undefined> {
  try {
    const { exitCode, output } = await exec(instanceId, command, timeoutMs, signal);
    if (exitCode === 0) return { success: true, message: output.trim() };
    return { success: false, message: `exit code ${exitCode}${output.trim() === '' ? '' : `: ${output.trim()}`}` };
  } catch (error) {
    // Nobody was asked: that says nothing of who would have been.
    if (isRuntimeError(error, 'Unavailable', 'Cancelled')) return undefined;
    return { success: false, message: (error as Error).message };
  }
}
