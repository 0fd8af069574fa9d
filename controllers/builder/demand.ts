/** Who uses a builder, and who waits for it. */
import type { Build, Builder } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { BUILDER_WANTED_ANNOTATION } from '../../schemas/values/build-annotations.ts';
import { parseTime } from '../../schemas/values/time.ts';
import type { Key, Reader, WatchedKind } from '../engine/contract.ts';
import type { Context } from './deps.ts';

const BUILD = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Build' } as const;
const DEFAULT_BUILDER = 'default';

/** Reasons of a Build that a builder which runs would serve. */
const WAITS: ReadonlySet<string> = new Set([
  REASONS.BuilderNotReady,
  REASONS.BuilderUnavailable,
  REASONS.BuilderStarting,
  REASONS.BuilderIdle,
]);

export interface Demand {
  /** Builds that run on it. */
  readonly running: number;
  /** A Build waits for it. */
  readonly waiting: boolean;
}

export const builderNameOf = ({ spec }: Build): string => spec.builderName ?? DEFAULT_BUILDER;

/** Builds wake their Builder when they begin, end, wait, come, go, or turn to another one. */
export const watchedBuilds: WatchedKind = {
  kind: BUILD,
  map: buildersToLookAt,
  indexes: { builder: (build) => [builderNameOf(build as Build)] },
};

function buildersToLookAt(object: KubeObject, reader: Reader, previous?: KubeObject): readonly Key[] {
  const build = object as Build;
  const before = previous as Build | undefined;
  const { namespace, name, uid } = build.metadata;
  const isThere = reader.get<Build>(BUILD, namespace, name)?.metadata.uid === uid;
  if (isThere && before !== undefined && tells(before) === tells(build)) return [];
  return [...new Set([builderNameOf(build), ...(before === undefined ? [] : [builderNameOf(before)])])];
}

const tells = (build: Build): string => [builderNameOf(build), isRunning(build), isWaiting(build)].join();

const isRunning = ({ status }: Build): boolean => status?.lastBuild?.phase === 'Running';

const isWaiting = ({ status, metadata }: Build): boolean =>
  metadata.deletionTimestamp === undefined &&
  (status?.conditions ?? []).some(
    ({ type, status: value, reason }) => type === 'Reconciling' && value === 'True' && WAITS.has(reason),
  );

export function demandOf({ metadata }: Builder, reader: Reader): Demand {
  const builds = reader.list<Build>(BUILD, { index: { name: 'builder', value: metadata.name } });
  return { running: builds.filter(isRunning).length, waiting: builds.some(isWaiting) };
}

/** Whether a Build runs on it or waits for it, as the API server has it at this moment: what the reader shows may be older. */
export async function isUsedNow({ metadata }: Builder, { client, signal }: Context): Promise<boolean> {
  const { items } = await client.list<Build>(BUILD, { signal });
  return items.some((build) => builderNameOf(build) === metadata.name && (isRunning(build) || isWaiting(build)));
}

/** When somebody last wished that it ran, in whole seconds; undefined: never. */
export function wantedAt({ metadata }: Builder): number | undefined {
  const time = parseTime(metadata.annotations?.[BUILDER_WANTED_ANNOTATION] ?? '');
  return time === undefined ? undefined : Math.floor(time / 1000) * 1000;
}
