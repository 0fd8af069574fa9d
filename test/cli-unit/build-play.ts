/** `tsmoby build` with a test that plays the controller of Builds. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Build, BuildStatus } from '../../schemas/gen/types.ts';
import { begin, end, output, step } from '../schemas/values/build-progress/entries.ts';
import { openBuildWorld, running, succeeded, type BuildWorld } from './build-world.ts';
import type { Run, RunOptions } from './world.ts';

export const ENTRIES = [
  begin('default/app, build 1', 'first build'),
  step('a', 'RUN a', { from: 0 }),
  output('a', 1, 'hello\n'),
];
export const DONE = [step('a', 'RUN a', { from: 0, to: 2 }), end(2)];
export const LOG = '#0 default/app, build 1: first build\n\n#1 RUN a\n#1 1.000 hello\n#1 DONE 2.0s\n';
export const DIGEST = `sha256:${'d'.repeat(64)}`;

/** The command, while the controller's part is played. */
export async function build(
  world: BuildWorld,
  line: readonly string[],
  play: () => Promise<void>,
  options: RunOptions = {},
): Promise<Run> {
  const run = world.tsmoby(['build', ...line], options);
  await Promise.race([play(), run]);
  return await run;
}

/** Builds number `number` to its good end. */
export async function succeed(world: BuildWorld, number: number, isIt?: (found: Build) => boolean): Promise<void> {
  const made = await world.find('app', isIt);
  const log = await world.write(made, number, ENTRIES);
  await world.setStatus(made, { ...running(made, number), ...observed(made) });
  log.add(...DONE);
  await log.close();
  await world.setStatus(made, { ...succeeded(made, number), ...observed(made) });
}

export const requestOf = ({ metadata }: Build): string | undefined =>
  metadata.annotations?.['tsmoby.dev/build-request'];

export function observed(made: Build): { readonly observedBuildRequest?: string } {
  const request = requestOf(made);
  return request === undefined ? {} : { observedBuildRequest: request };
}

export const isForced = (found: Build): boolean => /^\d/.test(requestOf(found) ?? '');

/** It is looked at, and found as it was. */
export async function look(
  world: BuildWorld,
  statusOf: (made: Build, number: number) => Partial<BuildStatus>,
): Promise<void> {
  const made = await world.find('app', (found) => requestOf(found)?.startsWith('look-') === true);
  await world.setStatus(made, { ...statusOf(made, 1), ...observed(made) });
}

export async function openWithContext(): Promise<BuildWorld> {
  const world = await openBuildWorld();
  await mkdir(join(world.directory, 'app'));
  return world;
}
