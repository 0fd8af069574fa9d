import type { Registry } from '../../api/registry/registry.ts';
import type { ServedKind, ServedKinds } from '../../controllers/engine/served-kinds.ts';
import { apiVersionOf } from '../../schemas/kinds.ts';

/**
 * The registry as controllers of all kinds see it. A kind counts when its objects can be listed, watched and deleted, which
 * views and reviews cannot, and when they are its own; one version a kind, the first one, which is the one that is stored
 * where that is served.
 */
export function servedKinds(registry: Registry): ServedKinds {
  return {
    current() {
      const kinds = new Map<string, ServedKind>();
      for (const { definition, capabilities } of registry.all()) {
        const { group, kind, plural, scope, storedAs, schema, builtin } = definition;
        if (!capabilities.list || !capabilities.watch || !capabilities.delete || storedAs !== undefined) continue;
        const key = `${group}/${kind}`;
        if (kinds.has(key)) continue;
        // Core kinds may have some; nothing sets Ready.
        const hasConditions = !builtin && schema.properties?.['status']?.properties?.['conditions'] !== undefined;
        const namespaced = scope === 'Namespaced';
        kinds.set(key, { apiVersion: apiVersionOf(definition), kind, plural, namespaced, hasConditions });
      }
      return [...kinds.values()];
    },
    subscribe: (listener) => registry.subscribe(listener),
  };
}
