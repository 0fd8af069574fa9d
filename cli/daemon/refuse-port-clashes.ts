import type { AdmissionPlugin } from '../../api/pipeline/admission.ts';
import { invalid } from '../../api/status-error.ts';
import type { Container } from '../../schemas/gen/types.ts';
import { findByKindRef } from '../../schemas/kinds.ts';
import { findPortClash } from '../../schemas/values/container-ports.ts';
import { canonicalJson } from '../../schemas/values/fingerprint.ts';

/**
 * Refuses a Container two ports of which want the same port of the machine: one would wait for the other for ever. What is unchanged
 * passes. A rule of the schema could not do it: to compare each with each is more than it may cost.
 */
export function refusePortClashes(): AdmissionPlugin {
  return {
    name: 'RefusePortClashes',
    validate({ object, oldObject, attributes }) {
      const definition = object && findByKindRef(object);
      if (definition?.kind !== 'Container' || definition.group !== 'tsmoby.dev' || attributes.subresource !== '')
        return;
      const { metadata, spec } = object as Container;
      const { ports = [] } = spec;
      const before = (oldObject as Container | undefined)?.spec;
      if (spec.hostNetwork) return;
      if (before && !before.hostNetwork && canonicalJson(before.ports ?? []) === canonicalJson(ports)) return;
      const clash = findPortClash(ports);
      if (clash === undefined) return;
      const { index, earlier, hostPort } = clash;
      const message = `Invalid value: ${ports[index]?.hostPort ?? hostPort}: port ${hostPort} of this machine is that of spec.ports[${earlier}] already`;
      throw invalid(definition, metadata.name, [
        { reason: 'FieldValueInvalid', message, field: `spec.ports[${index}].hostPort` },
      ]);
    },
  };
}
