import type { KindDefinition } from '../../../schemas/kind-definition.ts';
import { validateScale } from '../scale/paths.ts';
import { configMapStrategy } from './config-map.ts';
import { controllerRevisionStrategy } from './controller-revision.ts';
import { customResourceDefinitionStrategy } from './custom-resource-definition.ts';
import { eventStrategy, newerEventStrategy } from './event.ts';
import { leaseStrategy } from './lease.ts';
import { namespaceStrategy } from './namespace.ts';
import { secretStrategy } from './secret.ts';
import { builtinStrategy, containerStrategy, customStrategy, type Strategy } from './strategy.ts';

const STRATEGIES: ReadonlyMap<string, Strategy> = new Map([
  ['/configmaps', configMapStrategy],
  ['/events', eventStrategy],
  ['/namespaces', namespaceStrategy],
  ['/secrets', secretStrategy],
  ['apiextensions.k8s.io/customresourcedefinitions', customResourceDefinitionStrategy],
  ['apps/controllerrevisions', controllerRevisionStrategy],
  ['coordination.k8s.io/leases', leaseStrategy],
  ['events.k8s.io/events', newerEventStrategy],
  ['tsmoby.dev/containers', containerStrategy],
]);

/** Custom kinds have the rules of their schema, and those of the scale that they declare. */
export function customStrategyOf({ scale }: KindDefinition): Strategy {
  return scale === undefined ? customStrategy : { ...customStrategy, validate: (next) => validateScale(scale, next) };
}

/** How objects of this kind behave. */
export function strategyOf(definition: KindDefinition): Strategy {
  const own = STRATEGIES.get(`${definition.group}/${definition.plural}`);
  return own ?? (definition.builtin ? builtinStrategy : customStrategyOf(definition));
}
