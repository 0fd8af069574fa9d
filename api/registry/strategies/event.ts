import { invalid } from '../../../schemas/structural/issue.ts';
import type { Event } from '../../../schemas/gen/types.ts';
import { builtinStrategy, type Strategy } from './strategy.ts';

/** Events are forgotten after an hour, as on a real server. */
const EVENT_TTL_SECONDS = 3600;

/** core/v1 Event: lives in the namespace of what it is about (cluster-scoped things: `default` or none). */
export const eventStrategy: Strategy = {
  ...builtinStrategy,
  ttlSeconds: EVENT_TTL_SECONDS,
  validate(next) {
    const { involvedObject } = next as Event;
    const about = involvedObject?.namespace ?? '';
    const { namespace = '' } = next.metadata;
    if (about === namespace || (about === '' && namespace === 'default')) return [];
    return [invalid('involvedObject.namespace', about, 'does not match event.namespace')];
  },
};
