import type { KubeObject } from '../../schemas/object.ts';
import type { KindStore } from './kind-store.ts';
import { createCollectionDeleter, createDeleter } from './object-deleter.ts';
import { createReader } from './object-reader.ts';
import { withStatusOf } from './object-rules.ts';
import { scaleSubresource } from './scale/subresource.ts';
import { createCreater, createUpdater } from './object-writer.ts';
import type { Capabilities, PatchType, ServedResource } from './resource.ts';

const BUILTIN_PATCHES: readonly PatchType[] = ['json', 'merge', 'strategic', 'apply'];
const CUSTOM_PATCHES: readonly PatchType[] = ['json', 'merge', 'apply'];

/** A resource whose objects are in the store, with all that such a resource can do. */
export function storedResource(kind: KindStore, fingerprint?: string): ServedResource {
  const { definition } = kind;
  const reader = createReader(kind);
  const patchTypes = definition.builtin ? BUILTIN_PATCHES : CUSTOM_PATCHES;
  const isNamespace = definition.group === '' && definition.plural === 'namespaces';
  const subresources = new Map<string, Capabilities>();
  if (isNamespace) subresources.set('finalize', { patchTypes: ['merge'], ...createUpdater(kind, finalizersOnly) });
  if (definition.subresources.includes('status')) {
    const statusOnly = (next: KubeObject, current: KubeObject): KubeObject => withStatusOf(current, next);
    subresources.set('status', {
      get: (context, name, notOlderThan) => reader.get(context, name, notOlderThan),
      patchTypes,
      ...createUpdater(kind, statusOnly),
    });
  }
  if (definition.scale !== undefined) subresources.set('scale', scaleSubresource(kind, reader, definition.scale));
  const capabilities: Capabilities = {
    ...reader,
    ...createCreater(kind),
    ...createUpdater(kind),
    ...createDeleter(kind),
    ...(isNamespace ? {} : createCollectionDeleter(kind, reader)),
    patchTypes,
  };
  return {
    definition,
    ...(fingerprint === undefined ? {} : { fingerprint }),
    get terminating() {
      return kind.terminating?.() ?? false;
    },
    // of custom kinds it is compiled when somebody needs it
    get schema() {
      return kind.schema;
    },
    capabilities,
    subresources,
  };
}

/** What `finalize` writes: who still holds the namespace. */
function finalizersOnly(next: KubeObject, current: KubeObject): KubeObject {
  const { spec = {} } = next as KubeObject & { readonly spec?: { readonly finalizers?: readonly string[] } };
  return { ...current, spec: { finalizers: spec.finalizers ?? [] } } as KubeObject;
}
