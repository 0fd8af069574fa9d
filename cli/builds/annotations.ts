import type { Client } from '../../client/client.ts';
import { build } from '../../schemas/definitions/build.ts';
import type { Build } from '../../schemas/gen/types.ts';
import { BUILD_REQUEST_ANNOTATION, CANCEL_BUILD_ANNOTATION } from '../../schemas/values/build-annotations.ts';
import { refOf } from '../kinds/directory.ts';
import { BUILD_MANAGER } from './manager.ts';
import type { BuildRef } from './open-log.ts';

/** Asks for a look or a build: `request` is the value of the annotation. */
export async function requestBuild(client: Client, ref: BuildRef, request: string): Promise<Build> {
  return await annotate(client, ref, { [BUILD_REQUEST_ANNOTATION]: request });
}

/** Ends a build while it goes on; of one that is over it changes nothing. */
export async function cancelBuild(client: Client, ref: BuildRef, number: number, signal: AbortSignal): Promise<void> {
  await annotate(client, ref, { [CANCEL_BUILD_ANNOTATION]: String(number) }, signal);
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
