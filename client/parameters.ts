/** Options of the Client port as query parameters and bodies: the same for every implementation. */
import type { JsonObject } from '../schemas/object.ts';
import type {
  ApplyOptions,
  DeleteOptions,
  ListOptions,
  PatchOptions,
  WatchOptions,
  WriteCallOptions,
} from './client.ts';

export type QueryParameters = Readonly<Record<string, string>>;

type Entry = readonly [name: string, value: string | number | boolean | undefined];

const query = (entries: readonly Entry[]): QueryParameters => {
  const parameters: Record<string, string> = {};
  for (const [name, value] of entries) if (value !== undefined && value !== false) parameters[name] = String(value);
  return parameters;
};

export const listParameters = (options: ListOptions): QueryParameters =>
  query([
    ['labelSelector', options.labelSelector],
    ['fieldSelector', options.fieldSelector],
    ['limit', options.limit],
    ['continue', options.continue],
    ['resourceVersion', options.resourceVersion],
    ['resourceVersionMatch', options.resourceVersionMatch],
  ]);

export const watchParameters = (options: WatchOptions): QueryParameters =>
  query([
    ['watch', true],
    ['labelSelector', options.labelSelector],
    ['fieldSelector', options.fieldSelector],
    ['resourceVersion', options.resourceVersion],
    ['allowWatchBookmarks', options.allowBookmarks],
    ['timeoutSeconds', options.timeoutSeconds],
  ]);

const writeEntries = (options: WriteCallOptions): readonly Entry[] => [
  ['dryRun', options.dryRun === true ? 'All' : undefined],
  ['fieldManager', options.fieldManager],
  ['fieldValidation', options.fieldValidation],
];

export const writeParameters = (options: WriteCallOptions): QueryParameters => query(writeEntries(options));

/** Those of a json, merge or strategic patch. */
export const patchParameters = (options: PatchOptions): QueryParameters => query(writeEntries(options));

/** Those of a server-side apply. */
export const applyParameters = (options: ApplyOptions): QueryParameters =>
  query([...writeEntries(options), ['force', options.force === true ? true : undefined]]);

/** The DeleteOptions that go into a DELETE's body. */
export function deleteBody(options: DeleteOptions): JsonObject {
  const { dryRun, propagationPolicy, gracePeriodSeconds, preconditions } = options;
  return {
    ...(dryRun === true ? { dryRun: ['All'] } : {}),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(preconditions === undefined ? {} : { preconditions: { ...preconditions } }),
  };
}
