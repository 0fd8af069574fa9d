/**
 * `${VAR}` in manifests. It is put into values that have been read already, so no value can change what a manifest is: the name of a branch
 * adds no field. Only names that were set are looked for; what else looks like a variable is a shell's.
 */
import { findByKindRef } from '../../schemas/kinds.ts';
import type { JsonValue } from '../../schemas/object.ts';
import { isList, isObject } from '../../schemas/structural/own.ts';
import type { StructuralSchema } from '../../schemas/structural/schema.ts';
import type { Document } from '../manifests/manifest.ts';

/** `$${VAR}` is `${VAR}` itself. */
const VARIABLE = /\$?\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

export interface Substituted {
  readonly documents: readonly Document[];
  /** Names that stand nowhere. */
  readonly unused: readonly string[];
}

export function substitute(documents: readonly Document[], settings: ReadonlyMap<string, string>): Substituted {
  if (settings.size === 0) return { documents, unused: [] };
  const used = new Set<string>();
  const replace = (text: string): string =>
    text.replaceAll(VARIABLE, (whole, name: string) => {
      const value = settings.get(name);
      if (value === undefined) return whole;
      used.add(name);
      return whole.startsWith('$$') ? whole.slice(1) : value;
    });
  return {
    documents: documents.map((document) => ({ ...document, value: substituteObject(document.value, replace) })),
    unused: [...settings.keys()].filter((name) => !used.has(name)),
  };
}

function substituteObject(value: JsonValue, replace: (text: string) => string): JsonValue {
  const replaced = walk(value, undefined, replace);
  if (!isObject(replaced)) return replaced;
  // what it is may have been a variable too
  const { apiVersion, kind } = replaced;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return replaced;
  const schema = findByKindRef({ apiVersion, kind })?.schema;
  return schema === undefined ? replaced : walk(value, schema, replace);
}

/** A text that stands where the schema wants a number or a truth value becomes one, if it is one and was a variable. */
function walk(value: JsonValue, schema: StructuralSchema | undefined, replace: (text: string) => string): JsonValue {
  if (typeof value === 'string') {
    const text = replace(value);
    return text === value ? value : typed(text, schema);
  }
  if (isList(value)) return value.map((item) => walk(item, schema?.items, replace));
  if (!isObject(value)) return value;
  return Object.fromEntries<JsonValue | undefined>(
    Object.entries(value).map(([name, field]) => [
      name,
      field === undefined ? field : walk(field, fieldOf(schema, name), replace),
    ]),
  );
}

function fieldOf(schema: StructuralSchema | undefined, name: string): StructuralSchema | undefined {
  const { properties = {}, additionalProperties } = schema ?? {};
  if (Object.hasOwn(properties, name)) return properties[name];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

function typed(text: string, schema: StructuralSchema | undefined): JsonValue {
  const wantsNumber =
    schema?.type === 'integer' || schema?.type === 'number' || schema?.['x-kubernetes-int-or-string'] === true;
  if (wantsNumber && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (schema?.type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
