/** Which objects a Sync has to do with besides its own, and when a change of one of them concerns it. */
import type { Sync } from '../../schemas/gen/types.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { canonicalJson } from '../../schemas/values/fingerprint.ts';
import type { Key, Reader, WatchedKind } from '../engine/contract.ts';
import { keyOf } from '../engine/keys.ts';
import { applySetId, CONFIG_MAP, SECRET, SYNC } from './names.ts';
import { configMapNames, secretNames } from './references.ts';

type Index = (sync: Sync) => readonly string[];

/** Of Syncs. */
export const indexes = {
  secret: secretNames,
  configMap: configMapNames,
  dependsOn: ({ spec }) => (spec.dependsOn ?? []).map(({ name }) => name),
  applySet: (sync) => [applySetId(sync)],
} as const satisfies Readonly<Record<string, Index>>;

const keysUnder = (
  reader: Reader,
  { metadata }: KubeObject,
  name: Exclude<keyof typeof indexes, 'applySet'>,
): readonly Key[] => {
  const namespace = metadata.namespace ?? '';
  return reader.list<Sync>(SYNC, { namespace, index: { name, value: metadata.name } }).map(keyOf);
};

/** `entangled`: Syncs that have to do with objects of others; a change of any Sync may untangle them. */
export const watchesFor = (entangled: ReadonlySet<Key>): readonly WatchedKind[] => [
  { kind: SECRET, map: (secret, reader) => keysUnder(reader, secret, 'secret') },
  { kind: CONFIG_MAP, map: (configMap, reader) => keysUnder(reader, configMap, 'configMap') },
  {
    kind: SYNC,
    map: (sync, reader, previous) => {
      const isThere = reader.get(SYNC, sync.metadata.namespace, sync.metadata.name) !== undefined;
      if (isThere && previous !== undefined && whatCounts(sync) === whatCounts(previous)) return [];
      const keys = new Set([...keysUnder(reader, sync, 'dependsOn'), ...entangled]);
      keys.delete(keyOf(sync));
      return [...keys];
    },
  },
];

function whatCounts(object: KubeObject): string {
  const { metadata, spec, status } = object as Sync;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return canonicalJson([
    metadata.uid,
    metadata.deletionTimestamp,
    spec,
    metadata.generation === status?.observedGeneration,
    ready?.status,
    status?.lastAttemptedDigest,
  ]);
}
