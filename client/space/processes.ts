import { buffer } from 'node:stream/consumers';
import type { ObjectRef } from '../../schemas/object.ts';
import type { HttpClient } from '../http.ts';
import { knownKind, resourcePath } from '../resource-path.ts';

export interface ExecOptions {
  /** What it reads; default: nothing. */
  readonly stdin?: string | Uint8Array;
  /** Ends the process. */
  readonly signal?: AbortSignal;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in a Container and keeps what it writes. Rejects with ApiError, or with the signal's reason. */
export async function runProcess(
  client: HttpClient,
  container: ObjectRef,
  command: readonly string[],
  { stdin, signal }: ExecOptions,
): Promise<ExecResult> {
  const kind = knownKind(container);
  if (kind === undefined) throw new TypeError(`${container.kind} runs no processes`);
  const query = new URLSearchParams([
    ...command.map((word) => ['command', word] as [string, string]),
    ...[...(stdin === undefined ? [] : ['stdin']), 'stdout', 'stderr'].map(
      (name) => [name, 'true'] as [string, string],
    ),
  ]);
  const path = `${resourcePath({ ...container, subresource: 'exec' }, kind)}?${query.toString()}`;
  await using process = await client.remoteCommand(path, signal === undefined ? {} : { signal });
  const output = Promise.all([buffer(process.stdout), buffer(process.stderr)]);
  if (stdin !== undefined) {
    await process.write(typeof stdin === 'string' ? Buffer.from(stdin) : stdin);
    await process.closeInput();
  }
  const [[stdout, stderr], { exitCode }] = await Promise.all([output, process.exited]);
  return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}
