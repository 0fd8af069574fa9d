/** Content types of bodies. */
export type BodyFormat = 'json' | 'yaml' | 'protobuf';

/** Built-in kinds only: other objects have no message. */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

const FORMATS: ReadonlyMap<string, BodyFormat> = new Map([
  ['', 'json'],
  ['application/json', 'json'],
  ['application/yaml', 'yaml'],
  [PROTOBUF, 'protobuf'],
]);

/** Media types that a body of an object may have; the last one for built-in kinds only. */
export const SUPPORTED_BODIES: readonly string[] = [...FORMATS.keys()].filter((type) => type !== '');

/** The format of a body, or undefined. No Content-Type at all is read as JSON. */
export const formatOf = (contentType: string): BodyFormat | undefined => FORMATS.get(contentType);

/** Type without parameters, in lower case. */
export function essenceOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** OpenAPI 2.0 in protobuf: as clients ask for it, and as the answer is called. */
export const SWAGGER_PROTOBUF = {
  accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  contentType: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
} as const;
