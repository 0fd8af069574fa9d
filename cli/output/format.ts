/** What `-o` asks for. */
import { nearestName } from '../../schemas/values/suggestion.ts';
import { UsageError } from '../errors.ts';

export type OutputFormat =
  | { readonly type: 'table'; readonly wide: boolean }
  | { readonly type: 'name' }
  | { readonly type: 'json' }
  | { readonly type: 'yaml' }
  | { readonly type: 'jsonpath'; readonly template: string }
  | { readonly type: 'custom-columns'; readonly spec: string };

/** Those that show whole objects. */
export type ObjectFormat = Exclude<OutputFormat, { readonly type: 'table' }>;

const NAMES = ['wide', 'name', 'json', 'yaml', 'jsonpath', 'custom-columns'] as const;

/** Reads the value of `-o`; absent means a table. Throws UsageError that lists what there is. */
export function parseFormat(text: string | undefined, allowed: readonly string[] = NAMES): OutputFormat {
  if (text === undefined || text === '') return { type: 'table', wide: false };
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  const detail = at < 0 ? undefined : text.slice(at + 1);
  if (!allowed.includes(name)) throw unknownFormat(text, allowed);
  switch (name as (typeof NAMES)[number]) {
    case 'wide':
      return { type: 'table', wide: true };
    case 'name':
      return { type: 'name' };
    case 'json':
      return { type: 'json' };
    case 'yaml':
      return { type: 'yaml' };
    case 'jsonpath':
      if (detail === undefined || detail === '')
        throw new UsageError("template format specified but no template given: -o jsonpath='{.metadata.name}'");
      return { type: 'jsonpath', template: detail };
    case 'custom-columns':
      if (detail === undefined || detail === '')
        throw new UsageError(
          'custom-columns format specified but no custom columns given: -o custom-columns=NAME:.metadata.name',
        );
      return { type: 'custom-columns', spec: detail };
  }
}

function unknownFormat(text: string, allowed: readonly string[]): UsageError {
  const near = nearestName(text, allowed);
  const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
  return new UsageError(
    `unable to match a printer suitable for the output format "${text}"${hint}, allowed formats are: ${allowed.join(',')}`,
  );
}
