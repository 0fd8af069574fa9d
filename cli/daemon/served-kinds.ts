import type { Registry } from '../../api/registry/registry.ts';
import type { ServedKind, ServedKinds } from '../../controllers/engine/served-kinds.ts';
import { apiVersionOf } from '../../schemas/kinds.ts';

/** The registry as controllers of all kinds see it; whoever changes the registry calls `changed` afterwards. */
export interface RegistryKinds extends ServedKinds {
  changed(): void;
}

/** A kind counts when its objects can be listed, watched and deleted, which views and reviews cannot; one version a kind. */
export function servedKinds(registry: Registry): RegistryKinds {
  const listeners = new Set<() => void>();
  return {
    current() {
      const kinds = new Map<string, ServedKind>();
      for (const { definition, capabilities } of registry.all()) {
        const { group, kind, plural, scope } = definition;
        if (!capabilities.list || !capabilities.watch || !capabilities.delete) continue;
        const key = `${group}/${kind}`;
        if (kinds.has(key)) continue;
        kinds.set(key, { apiVersion: apiVersionOf(definition), kind, plural, namespaced: scope === 'Namespaced' });
      }
      return [...kinds.values()];
    },
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    changed() {
      for (const listener of listeners) listener();
    },
  };
}
