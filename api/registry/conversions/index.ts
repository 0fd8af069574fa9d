import type { KindDefinition } from '../../../schemas/kind-definition.ts';
import type { Conversion } from '../conversion.ts';
import { eventConversion } from './event.ts';

const CONVERSIONS: ReadonlyMap<string, Conversion> = new Map([['events.k8s.io/v1/events', eventConversion]]);

/** Between a built-in kind that is stored as another one (`storedAs`) and that other's form. Throws where there is none. */
export function conversionOf({ group, version, plural }: KindDefinition): Conversion {
  const name = `${group}/${version}/${plural}`;
  const conversion = CONVERSIONS.get(name);
  if (conversion === undefined) {
    throw new TypeError(`${name} has storedAs and no conversion: add it to api/registry/conversions/index.ts`);
  }
  return conversion;
}
