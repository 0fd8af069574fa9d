import type { AdmissionPlugin } from '../../api/pipeline/admission.ts';
import { findByKindRef } from '../../schemas/kinds.ts';
import type { KubeObject } from '../../schemas/object.ts';

type Placed = KubeObject & { readonly spec?: { readonly nodeName?: string } };

/**
 * Gives placed objects to this machine at their creation, where there is no other: the first reconcile then needs no write of
 * its own to claim them. With agents on several machines another plugin will choose.
 */
export function assignNode(nodeName: string): AdmissionPlugin {
  return {
    name: 'AssignNode',
    mutate({ object, operation }) {
      const { spec } = object as Placed;
      if (operation !== 'CREATE' || !findByKindRef(object)?.placed) return object;
      // Not an object: validation, which comes next, says so.
      if (spec === null || (spec !== undefined && typeof spec !== 'object')) return object;
      if (spec?.nodeName !== undefined) return object;
      return { ...object, spec: { ...spec, nodeName } } as Placed;
    },
  };
}
