import type { KindDefinition } from '../../schemas/kind-definition.ts';
import {
  matchesFields,
  parseFieldSelector,
  requiredFieldValue,
} from '../../schemas/values/selectors/field-selector.ts';
import { matchesLabels, parseLabelSelector } from '../../schemas/values/selectors/label-selector.ts';
import { SelectorError, type FieldSelector } from '../../schemas/values/selectors/requirement.ts';
import { badRequest } from '../status-error.ts';

/** What a selection looks at. */
export interface Selectable {
  readonly labels: Readonly<Record<string, string>>;
  /** `metadata.name`, `metadata.namespace` and the kind's selectable fields; what is absent counts as empty. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Label and field selector of a list, watch or collection delete. */
export interface Selection {
  /** Nothing is selected away. */
  readonly everything: boolean;
  /** The one name that can match, when the field selector asks for one: a read by key. */
  readonly name: string | undefined;
  matches(object: Selectable): boolean;
}

export const EVERYTHING: Selection = { everything: true, name: undefined, matches: () => true };

const COMMON_FIELDS: readonly string[] = ['metadata.name', 'metadata.namespace'];

/** Throws BadRequest for what cannot be read, and for fields that the kind does not select by. */
export function parseSelection(
  labelSelector: string | undefined,
  fieldSelector: string | undefined,
  definition: Pick<KindDefinition, 'builtin' | 'selectableFields' | 'alsoSelectedAs'>,
): Selection {
  if (!labelSelector && !fieldSelector) return EVERYTHING;
  const labels = readSelector(() => parseLabelSelector(labelSelector ?? ''));
  const fields = readSelector(() => parseFieldSelector(fieldSelector ?? ''));
  checkFields(fields, definition);
  if (labels.length === 0 && fields.length === 0) return EVERYTHING;
  const matchesValues = (values: Selectable['fields']): boolean =>
    matchesFields(fields, (field) => values[field] ?? '');
  const { alsoSelectedAs } = definition;
  const asked = alsoSelectedAs?.asked((field) => requiredFieldValue(fields, field)) ?? false;
  const matchesEither = (values: Selectable['fields']): boolean => {
    if (matchesValues(values)) return true;
    const other = asked ? alsoSelectedAs?.as(values) : undefined;
    return other !== undefined && matchesValues(other);
  };
  return {
    everything: false,
    name: requiredFieldValue(fields, 'metadata.name'),
    matches: (object) => matchesLabels(labels, object.labels) && matchesEither(object.fields),
  };
}

function readSelector<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
}

function checkFields(
  selector: FieldSelector,
  { builtin, selectableFields }: Pick<KindDefinition, 'builtin' | 'selectableFields'>,
): void {
  const known = [...COMMON_FIELDS, ...selectableFields];
  for (const { field } of selector) {
    if (known.includes(field)) continue;
    if (!builtin) throw badRequest(`field label not supported: ${field}`);
    const only = known.map((name) => JSON.stringify(name)).join(', ');
    throw badRequest(`${JSON.stringify(field)} is not a known field selector: only ${only}`);
  }
}
