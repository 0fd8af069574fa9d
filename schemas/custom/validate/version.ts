/** What one version says besides its schema: columns, scale, the warning of a deprecated one. */
import type {
  CustomResourceDefinitionVersion,
  CustomResourceDefinitionVersionAdditionalPrinterColumn,
  CustomResourceDefinitionVersionSubresources,
} from '../../gen/types.ts';
import { invalid, required, type FieldIssue } from '../../structural/issue.ts';
import { child } from './path.ts';

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const longestWarning = 256;

/** One entry of additionalPrinterColumns. */
export function validateColumn(
  column: CustomResourceDefinitionVersionAdditionalPrinterColumn,
  path: string,
): readonly FieldIssue[] {
  const { name = '', type = '', format = '', jsonPath = '' } = column;
  const types = `must be one of ${columnTypes.join(',')}`;
  const typeIssues =
    type === ''
      ? [required(child(path, 'type'), types)]
      : columnTypes.includes(type)
        ? []
        : [invalid(child(path, 'type'), type, types)];
  return [
    ...(name === '' ? [required(child(path, 'name'))] : []),
    ...typeIssues,
    ...(format === '' || columnFormats.includes(format)
      ? []
      : [invalid(child(path, 'format'), format, `must be one of ${columnFormats.join(',')}`)]),
    ...(jsonPath === '' ? [required(child(path, 'JSONPath'))] : simplePath(jsonPath, child(path, 'JSONPath'))),
  ];
}

function simplePath(text: string, path: string): readonly FieldIssue[] {
  return text.startsWith('.') ? [] : [invalid(path, text, 'must be a simple json path starting with .')];
}

/** The subresources of one version. */
export function validateSubresources(
  subresources: CustomResourceDefinitionVersionSubresources | undefined,
  path: string,
): readonly FieldIssue[] {
  const { scale } = subresources ?? {};
  if (scale === undefined) return [];
  const { specReplicasPath = '', statusReplicasPath = '', labelSelectorPath = '' } = scale;
  const below = (name: string, text: string, roots: readonly string[], where: string): readonly FieldIssue[] => {
    const at = child(path, `scale.${name}`);
    if (text === '') return [required(at)];
    const simple = simplePath(text, at);
    if (simple.length > 0 || roots.some((root) => text.startsWith(root))) return simple;
    return [invalid(at, text, `should be a json path under ${where}`)];
  };
  return [
    ...below('specReplicasPath', specReplicasPath, ['.spec.'], '.spec'),
    ...below('statusReplicasPath', statusReplicasPath, ['.status.'], '.status'),
    ...(labelSelectorPath === ''
      ? []
      : below('labelSelectorPath', labelSelectorPath, ['.spec.', '.status.'], 'either .spec or .status')),
  ];
}

/** The warning of a deprecated version. */
export function validateDeprecation(
  { deprecated, deprecationWarning: warning }: CustomResourceDefinitionVersion,
  path: string,
): readonly FieldIssue[] {
  if (warning === undefined) return [];
  const at = child(path, 'deprecationWarning');
  if (deprecated !== true) return [invalid(at, warning, 'can only be set for deprecated versions')];
  const problems: string[] = [];
  if (Buffer.byteLength(warning) > longestWarning)
    problems.push(`must be <= ${String(longestWarning)} characters long`);
  if (warning === '') problems.push('must not be an empty string');
  const hidden = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.exec(warning);
  if (hidden) {
    const index = Buffer.byteLength(warning.slice(0, hidden.index));
    problems.push(
      `must only contain printable UTF-8 characters; non-printable character found at index ${String(index)}`,
    );
  }
  return problems.map((problem) => invalid(at, warning, problem));
}
