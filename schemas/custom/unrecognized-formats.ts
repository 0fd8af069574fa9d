import type { CustomResourceDefinition } from '../gen/types.ts';
import { isRecognizedFormat } from '../structural/formats.ts';
import { someSchema, type JsonSchemaProps } from './json-schema.ts';

/** Formats in the schemas of a definition that nothing checks. */
export function unrecognizedFormats({ spec }: CustomResourceDefinition): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { schema } of spec?.versions ?? []) {
    const root = schema?.openAPIV3Schema as JsonSchemaProps | undefined;
    if (root === undefined) continue;
    someSchema(root, ({ type, format = '' }) => {
      if (format !== '' && !isRecognizedFormat(type ?? '', format)) found.add(format);
      return false;
    });
  }
  return found;
}
