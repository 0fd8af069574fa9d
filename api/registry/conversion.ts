/**
 * One stored kind in several versions.
 *
 * A kind is stored once: one key prefix, one watch cache, one form of the bytes. It may be served at several places
 * (versions of a group, or even another group: core/v1 and events.k8s.io/v1 Events are the same objects). Each place is
 * a ServedResource of its own, with its own definition, schema, columns, selectable fields and strategy, over that one
 * storage; what lies between the two is a Conversion.
 *
 * Everything that a request means, it means in the version of its URL: bodies are pruned, defaulted, patched, applied
 * and validated there, managed fields carry that version, and only then is the object converted and stored. Reads go
 * the other way. So resourceVersions, continue tokens, watch positions, uids and finalizers are the same in all
 * versions, and whoever reads what he has written sees what became of it in storage.
 *
 * Bytes of the stored form cost nothing: a version without a conversion hands them out as they are. The others are
 * converted when somebody asks, and once for all watchers that share an event.
 *
 * To serve a built-in kind once more: give its KindDefinition `storedAs`, and add its conversion to `conversions/index.ts`.
 * With `readOnly` it is a view: reads only, and the way back is never gone (core/v1 Pod, api/pod-view/).
 * Custom resources have one conversion a version (api/custom-resources/), also for the version in which they are stored, because
 * pruning and defaulting reach old objects when they are read.
 */
import type { KubeObject } from '../../schemas/object.ts';
import type { CacheEntry } from '../watch-cache/entry.ts';

/**
 * How stored objects look at one place. Pure, takes frozen objects, and returns the object itself when there is nothing to
 * do. Must not throw: an object that is stored is an object that can be read. The resourceVersion stays; a mere view
 * (no Conversion) may change the rest of the metadata, but for name and namespace.
 */
export interface View {
  fromStored(stored: KubeObject): KubeObject;
  /**
   * Whether the stored bytes of an entry are this version's already, and may go out without being read. `stored` decodes
   * them for those who have to look. Absent: never.
   */
  isAsStored?(entry: CacheEntry, stored: () => KubeObject): boolean;
  /** Whether an object is seen at this place at all. Absent: always. */
  shows?(entry: CacheEntry, stored: () => KubeObject): boolean;
}

/** A View that objects can be written through: the way back to the stored form, with the same rules. Metadata stays as it is. */
export interface Conversion extends View {
  toStored(object: KubeObject): KubeObject;
}
