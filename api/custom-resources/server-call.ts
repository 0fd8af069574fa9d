import type { KindDefinition } from '../../schemas/kind-definition.ts';
import { MASTERS } from '../pipeline/authenticate.ts';
import type { CallContext } from '../registry/resource.ts';

/** Who the server is when it acts by itself; also the field manager of what it writes. */
export const SERVER_USER = 'system:apiserver';

/** A call that the server makes on its own account, straight to a capability. */
export function serverCall(
  verb: string,
  { group, version, plural }: Pick<KindDefinition, 'group' | 'version' | 'plural'>,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
  subresource = '',
): CallContext {
  const user = { name: SERVER_USER, groups: [MASTERS] };
  const attributes = { user, verb, group, version, resource: plural, subresource, namespace, name, path: '' };
  return { attributes, signal, warn: () => undefined };
}
