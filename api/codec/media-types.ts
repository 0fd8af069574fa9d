/** Content types of bodies. Kubernetes protobuf joins this table with issue B. */
export type BodyFormat = 'json' | 'yaml';

const FORMATS: ReadonlyMap<string, BodyFormat> = new Map([
  ['', 'json'],
  ['application/json', 'json'],
  ['application/yaml', 'yaml'],
]);

/** Media types that a body of an object may have. */
export const SUPPORTED_BODIES: readonly string[] = [...FORMATS.keys()].filter((type) => type !== '');

/** The format of a body, or undefined. No Content-Type at all is read as JSON. */
export const formatOf = (contentType: string): BodyFormat | undefined => FORMATS.get(contentType);

/** Type without parameters, in lower case. */
export function essenceOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
