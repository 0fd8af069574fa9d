import type { AdmissionPlugin } from '../../api/pipeline/admission.ts';
import type { ApiServer } from '../../api/server.ts';
import { invalid } from '../../api/status-error.ts';
import { findByKindRef } from '../../schemas/kinds.ts';
import type { Container } from '../../schemas/gen/types.ts';
import { containersBefore, sharedWith } from '../../schemas/values/container-waits.ts';
import { cycleText, findCycle } from '../../schemas/values/cycle.ts';
import { canonicalJson } from '../../schemas/values/fingerprint.ts';

/** The Container of that name as it is stored. */
export type FindContainer = (namespace: string, name: string) => Container | undefined;

/**
 * Refuses a Container whose `dependsOn` or `networkMode` would close a circle, and shows it. Two writes at the same moment may still make one together: the
 * controller tells of that. Other objects are looked at only when those are there and changed.
 */
export function refuseCycles(find: FindContainer): AdmissionPlugin {
  return {
    name: 'RefuseDependencyCycles',
    validate({ object, oldObject, attributes }) {
      const definition = object && findByKindRef(object);
      if (definition?.kind !== 'Container' || definition.group !== 'tsmoby.dev' || attributes.subresource !== '')
        return;
      const container = object as Container;
      const { metadata, spec } = container;
      const before = containersBefore((oldObject as Container | undefined) ?? { spec: {} });
      const wanted = containersBefore(container);
      if (wanted.length === 0 || canonicalJson(before) === canonicalJson(wanted)) return;
      const { namespace = '', name } = metadata;
      const cycle = findCycle(name, (each) => {
        const found = each === name ? container : find(namespace, each);
        return found === undefined ? [] : containersBefore(found);
      });
      if (cycle === undefined) return;
      const isShared = cycle[1] === sharedWith(container) && !spec.dependsOn?.some((each) => each.name === cycle[1]);
      const field = isShared ? 'spec.networkMode' : 'spec.dependsOn';
      const message = `Invalid value: ${JSON.stringify(cycle[1])}: goes in a circle: ${cycleText(cycle)}`;
      throw invalid(definition, name, [{ reason: 'FieldValueInvalid', message, field }]);
    },
  };
}

/** As the server's cache holds it. */
export function findContainer(server: ApiServer, namespace: string, name: string): Container | undefined {
  const { cache } = server.kind('tsmoby.dev', 'containers') ?? {};
  const entry = cache?.get(namespace, name);
  return entry && (cache?.object(entry) as Container | undefined);
}
