import type { Client } from '../../client/client.ts';
import { build } from '../../schemas/definitions/build.ts';
import type { Build } from '../../schemas/gen/types.ts';
import { refOf } from '../kinds/directory.ts';
import { BUILD_MANAGER } from './manager.ts';
import type { BuildRef } from './open-log.ts';

const REQUEST = 'tsmoby.dev/build-request';
const CANCEL = 'tsmoby.dev/cancel-build';

/** A value that begins so asks for a look at what goes in; any other also for a build when nothing changed. */
const LOOK = 'look-';

export const lookRequest = (now: number): string => `${LOOK}${new Date(now).toISOString()}`;
export const forcedRequest = (now: number): string => new Date(now).toISOString();

/** Asks for a look or a build. */
export async function requestBuild(client: Client, ref: BuildRef, request: string): Promise<Build> {
  return await annotate(client, ref, { [REQUEST]: request });
}

/** Ends a build while it goes on; of one that is over it changes nothing. */
export async function cancelBuild(client: Client, ref: BuildRef, number: number, signal: AbortSignal): Promise<void> {
  await annotate(client, ref, { [CANCEL]: String(number) }, signal);
}

async function annotate(
  client: Client,
  ref: BuildRef,
  annotations: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Build> {
  const options = { type: 'merge', fieldManager: BUILD_MANAGER } as const;
  return await client.patch<Build>(
    { ...refOf(build), ...ref },
    { metadata: { annotations } },
    signal === undefined ? options : { ...options, signal },
  );
}
