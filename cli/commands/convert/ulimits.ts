/** `ulimits` of services and of builds. */
import { ULIMITS } from '../../../schemas/definitions/ulimits.ts';
import type { ContainerUlimit } from '../../../schemas/gen/types.ts';
import { dropped } from './book/dropped.ts';
import type { Field } from './book/field.ts';

/** `{nofile: 1024, core: {soft: 0, hard: -1}}`. */
export function ulimitsOf(field: Field): readonly ContainerUlimit[] {
  return field.entries().map(([name, value]): ContainerUlimit => {
    if (!ULIMITS.some((known) => known === name)) value.fail(`there are ${ULIMITS.join(', ')}`);
    if (value.node.type !== 'map') return { name, soft: value.integer() };
    dropped(value, ['soft', 'hard']);
    const hard = value.get('hard')?.integer();
    const soft = value.get('soft')?.integer() ?? hard ?? value.fail('write soft and hard');
    return { name, soft, ...(hard === undefined ? {} : { hard }) };
  });
}
