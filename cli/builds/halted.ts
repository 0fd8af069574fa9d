import type { Build } from '../../schemas/gen/types.ts';
import { isObject } from '../../schemas/structural/own.ts';

/** Why nothing of this Build is built, whatever is asked for, and what to do about it; undefined: it is built. */
export function whyHalted({ metadata, spec }: Build): string | undefined {
  const { suspend = false, revertTo } = spec;
  if (!suspend && revertTo === undefined) return undefined;
  const fields = [...(suspend ? ['suspend'] : []), ...(revertTo === undefined ? [] : ['revertTo'])];
  const why = suspend ? 'it is paused' : `it was rolled back to the result of build ${revertTo}`;
  const said = fields.map((field) => `spec.${field}`).join(' and ');
  const advice = fields.some((field) => isInFile(metadata, field))
    ? `take ${said} out of the file that it is applied from`
    : `"tsmoby rollout resume build/${metadata.name}" has it built again`;
  return `nothing is built, because ${why} (${said}): ${advice}`;
}

/** Whoever applies the field sets it again the next time, whatever a command changed. */
const isInFile = ({ managedFields = [] }: Build['metadata'], field: string): boolean =>
  managedFields.some(({ operation, subresource, fieldsV1 }) => {
    const spec = fieldsV1['f:spec'];
    return operation === 'Apply' && !subresource && isObject(spec) && `f:${field}` in spec;
  });
