import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { probe } from '../../../proto/grpc/probe.ts';
import { RuntimeError } from '../../errors.ts';
import type { BuilderProgram } from '../../ports/builder-programs.ts';
import type { ProcessIdentity, Processes } from '../../ports/processes.ts';
import { buildkitdArguments, buildkitdConfig } from './buildkitd.ts';
import { answersPing, dockerdArguments, dockerdConfig, type ContainerdPlace } from './dockerd.ts';
import { findProgram, programEnvironment, writeRunc, type Environment } from './environment.ts';
import { boundOutput, outputTail } from './output.ts';
import { NAME_FILE, programPaths, type BuilderPaths } from './paths.ts';

export interface StartDeps {
  readonly processes: Processes;
  readonly env: Environment;
  /** What builds may be given beyond a sandbox. */
  readonly entitlements: readonly string[];
  /** Where a dockerd stores; undefined while it is away. */
  readonly containerd: () => ContainerdPlace | undefined;
}

/** How long it may take: a large cache, an overloaded machine. */
const startDeadlineMs = 60_000;

/**
 * Starts a program of which nothing is left. Rejects: Unsupported (no such program, no runc), Unavailable (no containerd for a dockerd; it ends while
 * it starts).
 */
export async function startProgram(
  name: string,
  paths: BuilderPaths,
  program: BuilderProgram,
  { processes, env, entitlements, containerd }: StartDeps,
): Promise<ProcessIdentity> {
  const path = await findProgram(program, env);
  if (path === undefined) {
    const message = `${program} is not on PATH: install it, or name an endpoint`;
    throw new RuntimeError('Unsupported', message, { reason: 'NoBuilder' });
  }
  const own = programPaths(paths, program);
  const place = program === 'dockerd' ? containerd() : undefined;
  if (program === 'dockerd' && place === undefined) {
    throw new RuntimeError('Unavailable', 'containerd is away, and a dockerd keeps its images in it');
  }
  for (const directory of [own.root, join(paths.run, 'tmp')]) await mkdir(directory, { recursive: true, mode: 0o711 });
  await write(join(paths.state, NAME_FILE), name);
  const runc = await writeRunc(env, paths.run);
  await write(
    own.config,
    place === undefined ? buildkitdConfig(paths, own, runc, entitlements) : dockerdConfig(entitlements),
  );
  await boundOutput(own.output);
  return await processes.startDetached({
    program: path,
    args: place === undefined ? buildkitdArguments(own) : dockerdArguments(paths, own, place),
    env: programEnvironment(env, paths.run),
    output: own.output,
    record: own.record,
  });
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(`${path}.partial`, text, { mode: 0o600 });
  await rename(`${path}.partial`, path);
}

/** Nobody tells when it is ready: asks again, a little later each time. Rejects with Unavailable, and with the signal's reason. */
export async function untilItAnswers(
  paths: BuilderPaths,
  program: BuilderProgram,
  identity: ProcessIdentity,
  processes: Processes,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { socket, output } = programPaths(paths, program);
  const answers = program === 'buildkitd' ? probe : answersPing;
  const deadline = performance.now() + startDeadlineMs;
  for (let pause = 5; !(await answers(socket)); pause = Math.min(pause * 1.5, 250)) {
    const ended = !(await processes.isAlive(identity));
    if (ended || performance.now() > deadline) {
      const what = ended ? 'ended while it started' : `does not answer within ${startDeadlineMs / 1000} s`;
      throw new RuntimeError('Unavailable', `${program} ${what} (${output}): ${await outputTail(output)}`);
    }
    await delay(pause, undefined, signal ? { signal } : {});
  }
}
