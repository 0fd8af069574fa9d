import { invalid, type FieldIssue } from '../../../schemas/structural/issue.ts';
import type { ConfigMap } from '../../../schemas/gen/types.ts';
import { base64Bytes, validateData, validateImmutable } from './data-keys.ts';
import { builtinStrategy, type Strategy } from './strategy.ts';

/** core/v1 ConfigMap: keys are file names, a key stands in one map only, `immutable`, 1 MiB. */
export const configMapStrategy: Strategy = {
  ...builtinStrategy,
  validate(next, current) {
    const { data = {}, binaryData = {} } = next as ConfigMap;
    const issues: FieldIssue[] = validateData([
      { field: 'data', map: data, size: (value) => Buffer.byteLength(value) },
      { field: 'binaryData', map: binaryData, size: base64Bytes },
    ]);
    for (const key of Object.keys(data)) {
      if (Object.hasOwn(binaryData, key)) {
        issues.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
      }
    }
    if (current !== undefined) issues.push(...validateImmutable(next, current, ['data', 'binaryData']));
    return issues;
  },
};
