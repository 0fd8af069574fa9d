import { coreEvent, newerEvent } from '../../../schemas/values/events.ts';
import type { Conversion } from '../conversion.ts';

/** events.k8s.io/v1 Events are core/v1 Events in the store. */
export const eventConversion: Conversion = { fromStored: newerEvent, toStored: coreEvent };
