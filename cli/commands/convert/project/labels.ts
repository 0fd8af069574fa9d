/** Labels of Compose hold any text; those of objects do not, annotations do. */
import { checkLabelValue, checkQualifiedName } from '../../../../schemas/values/names.ts';
import type { Field } from '../book/field.ts';
import { textOf } from '../compose/node.ts';

export interface Meta {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Sorts labels by what they can be, and tells of it. */
export function labelsOf(field: Field, at: string, asAnnotations = false): Meta {
  const labels: Record<string, string> = {};
  const annotations: Record<string, string> = {};
  const lost: string[] = [];
  for (const [key, value] of field.pairs()) {
    if (value.node.type !== 'scalar') value.fail('the value of a label is text');
    const text = value.node.type === 'scalar' ? textOf(value.node) : '';
    if (checkQualifiedName(key).length > 0) lost.push(key);
    else if (!asAnnotations && checkLabelValue(text).length === 0) labels[key] = text;
    else annotations[key] = text;
  }
  tell(field, at, { labels, annotations, lost });
  return {
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

function tell(
  field: Field,
  at: string,
  {
    labels,
    annotations,
    lost,
  }: { readonly labels: object; readonly annotations: object; readonly lost: readonly string[] },
): void {
  const places = [
    ...(Object.keys(labels).length === 0 ? [] : ['metadata.labels']),
    ...(Object.keys(annotations).length === 0 ? [] : ['metadata.annotations']),
  ].join(' and ');
  if (lost.length > 0)
    field.unsupported(
      `${lost.join(', ')}: such keys are none that objects have (one slash, 63 letters, digits and -_.)${places === '' ? '' : `; the others are in ${places}`}`,
    );
  else if (places === '') field.ignored('there are none');
  else field.to(`${at} ${places}`);
}
