import type { KindDefinition } from '../../../schemas/kind-definition.ts';
import { podView } from '../../pod-view/pod-view.ts';
import type { Conversion, View } from '../conversion.ts';
import { eventConversion } from './event.ts';
import { noServices } from './service.ts';

const CONVERSIONS: ReadonlyMap<string, Conversion> = new Map([['events.k8s.io/v1/events', eventConversion]]);
const VIEWS: ReadonlyMap<string, View> = new Map([
  ['/v1/pods', podView],
  ['/v1/services', noServices],
]);

/** Between a built-in kind that is stored as another one (`storedAs`) and that other's form. Throws where there is none. */
export const conversionOf = (definition: KindDefinition): Conversion => find(CONVERSIONS, definition);

/** From another kind's objects (`storedAs`) to a kind that can only be read (`readOnly`). Throws where there is none. */
export const viewOf = (definition: KindDefinition): View => find(VIEWS, definition);

function find<T>(table: ReadonlyMap<string, T>, { group, version, plural }: KindDefinition): T {
  const name = `${group}/${version}/${plural}`;
  const found = table.get(name);
  if (found === undefined) {
    throw new TypeError(`${name} has storedAs and nothing converts it: add that to api/registry/conversions/index.ts`);
  }
  return found;
}
