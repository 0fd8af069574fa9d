import type { Registry } from '../../api/registry/registry.ts';
import type { KindDefinition } from '../../schemas/kind-definition.ts';
import { parseApiVersion } from '../../schemas/kinds.ts';
import type { KindRef } from '../../schemas/object.ts';

/** Kinds by their name in objects, as the registry has them at the moment: built-in ones and those of definitions. */
export function kindsOf(registry: Registry): (ref: KindRef) => KindDefinition | undefined {
  return ({ apiVersion, kind }) => {
    const at = parseApiVersion(apiVersion);
    return at && registry.findKind(at.group, at.version, kind)?.definition;
  };
}
