/** Whole objects as text: JSON, YAML, names, templates, columns of the user's own. */
import type { JsonObject, KubeObject } from '../../schemas/object.ts';
import { without } from '../../schemas/structural/own.ts';
import { encodeJson } from '../../schemas/text/json.ts';
import type { ObjectFormat } from './format.ts';

export interface NamedObject {
  readonly object: KubeObject;
  /** `container.tsmoby.dev/web` */
  readonly shown: string;
}

export interface ObjectTextOptions {
  readonly headers: boolean;
  readonly managedFields: boolean;
  /** They stand alone (`get KIND/NAME`), or are a list even when there is one. */
  readonly single: boolean;
}

/** The text of all of them, line ends included. Rejects with JsonPathError or UsageError for what the user wrote. */
export async function objectText(
  objects: readonly NamedObject[],
  format: ObjectFormat,
  { headers, managedFields, single }: ObjectTextOptions,
): Promise<string> {
  if (format.type === 'name') return objects.map(({ shown }) => `${shown}\n`).join('');
  const shown = objects.map(({ object }) => (managedFields ? object : withoutManagedFields(object)));
  if (format.type === 'custom-columns') {
    const { customColumns } = await import('./custom-columns.ts');
    return customColumns(shown, format.spec, headers);
  }
  const [only] = shown;
  const value = single && shown.length === 1 && only !== undefined ? only : listOf(shown);
  switch (format.type) {
    case 'json':
      return `${encodeJson(sortKeys(value), 4)}\n`;
    case 'yaml': {
      const { encodeYaml } = await import('../../schemas/text/encode-yaml.ts');
      return encodeYaml(value);
    }
    case 'jsonpath': {
      const { parseTemplate, renderTemplate } = await import('../../schemas/values/jsonpath.ts');
      return renderTemplate(parseTemplate(format.template), value);
    }
  }
}

const listOf = (items: readonly KubeObject[]): object => ({
  apiVersion: 'v1',
  items,
  kind: 'List',
  metadata: { resourceVersion: '' },
});

/** Bookkeeping of the server that nobody wants to read. */
export function withoutManagedFields(object: KubeObject): KubeObject {
  const metadata = without(object.metadata as unknown as JsonObject, 'managedFields');
  return { ...object, metadata: metadata as unknown as KubeObject['metadata'] };
}

/** Maps in alphabetical order, as kubectl prints them. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sortKeys(member)]),
  );
}
