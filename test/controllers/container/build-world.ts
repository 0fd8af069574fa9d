import { createHash } from 'node:crypto';
import type { FakeImage } from '../../../runtime/fake/catalogue.ts';
import type { ImageRecord } from '../../../runtime/ports/images.ts';
import type { Build, BuildSpec, BuildStatus, Container, ContainerSpec } from '../../../schemas/gen/types.ts';
import { ContainerWorld } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { done } from './start-first-world.ts';

export const BUILD = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Build' } as const;

export const FROM_BUILD: Partial<ContainerSpec> = { imageFrom: { kind: 'Build', name: 'app' } };

/** Builds by hand: what their controller would write down. */
export async function createBuild(
  { user }: ContainerWorld,
  name: string,
  spec: Partial<BuildSpec> = {},
  namespace = 'default',
): Promise<Build> {
  return user.create<Build>({ ...BUILD, metadata: { name, namespace }, spec });
}

export async function tellBuild(
  { user }: ContainerWorld,
  name: string,
  status: Partial<BuildStatus>,
  namespace = 'default',
): Promise<Build> {
  const ref = { ...BUILD, namespace, name };
  return user.patch<Build>(ref, { status }, { type: 'merge', subresource: 'status' });
}

/** Another result of a Build, with its record; the ones before stay as its history, at most `kept` of them. */
export async function giveResult(
  world: ContainerWorld,
  name: string,
  number: number,
  options: { readonly namespace?: string; readonly image?: FakeImage; readonly kept?: number } = {},
): Promise<ImageRecord> {
  const { namespace = 'default', image = {}, kept = 3 } = options;
  const { metadata, status } = await world.user.get<Build>({ ...BUILD, namespace, name });
  const { uid } = metadata;
  const digest = `sha256:${createHash('sha256').update(`${uid} ${number}`).digest('hex')}`;
  world.controls.addResult(digest, { version: number, ...image });
  const record = await world.runtime.images.receive(
    {
      name: `tsmoby.dev/build/${uid}/${number}`,
      owner: { kind: 'Build', namespace, name, uid },
      labels: {},
      platform: 'linux/amd64',
    },
    () => Promise.resolve({ digest }),
    () => undefined,
  );
  const result = { number, digest, manifestDigest: record.manifestDigest, recordName: record.name };
  const history = [result, ...(status?.history ?? [])].slice(0, kept + 1);
  const ready = { type: 'Ready', status: 'True', reason: 'Built', message: `build ${number}` } as const;
  await tellBuild(
    world,
    name,
    {
      ...result,
      history,
      lastBuild: { number, phase: 'Succeeded' },
      conditions: [{ ...ready, lastTransitionTime: '2026-01-01T00:00:00Z' }],
    },
    namespace,
  );
  return record;
}

/** A Container web that serves the first result of a Build app. */
export async function openWithBuild(spec: Partial<ContainerSpec> = {}) {
  const time = new ManualTime();
  const world = await ContainerWorld.open({ time });
  await createBuild(world, 'app');
  const record = await giveResult(world, 'app', 1);
  await world.apply('web', { ...FROM_BUILD, progressDeadlineSeconds: 30, ...spec });
  const first: Container = await done(world);
  return { time, world, record, first };
}

/** What the instances of a Container were made of. */
export const madeOf = (world: ContainerWorld, { metadata }: Container): readonly string[] =>
  world.controls
    .instanceIds()
    .filter((id) => id.startsWith(metadata.uid))
    .map((id) => world.controls.instance(id)?.spec.root.manifestDigest ?? '');
