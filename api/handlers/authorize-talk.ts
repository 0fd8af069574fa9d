import { denied } from '../pipeline/authorize.ts';
import type { ResourceCall } from './call.ts';

/**
 * A WebSocket begins with a GET, and is no reading for all that: as on real servers since 1.35, who may only `get` is refused. Whoever
 * comes by POST was asked for `create` already.
 */
export async function authorizeTalk({ context, attributes }: ResourceCall): Promise<void> {
  const creating = { ...attributes, verb: 'create' };
  const decision = await context.authorizer.authorize(creating);
  if (!decision.allowed) throw denied(creating, decision.reason);
}
