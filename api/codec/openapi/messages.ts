/**
 * The messages of OpenAPI 2.0 documents in protobuf (package openapi.v2 of gnostic-models), as far as our documents have them: for each
 * member of the JSON its field number and how its value is written. Members that begin with `x-` are `extensions`.
 */

/** How a JSON value becomes a field. */
export type FieldType =
  | 'string'
  | 'strings'
  | 'bool'
  | 'int64'
  | 'double'
  /** Any: the value as YAML. */
  | 'any'
  | 'anys'
  /** A message, many of them, or an object of named ones (`NamedX {name = 1, value = 2}`). */
  | { readonly message: MessageName }
  | { readonly messages: MessageName }
  | { readonly named: MessageName; readonly field: number }
  /** `type`: one name or many, in a message of its own. */
  | 'type'
  /** A schema, or true and false. */
  | 'additional'
  /** A list in a message of its own. */
  | 'items'
  | 'parameters'
  | 'responses'
  /** The schema of a response. */
  | 'content';

export type MessageName = keyof typeof MESSAGES;

export interface Message {
  readonly fields: Readonly<Record<string, readonly [number, FieldType]>>;
  /** The field of NamedAny for members that begin with `x-`. */
  readonly extensions: number;
}

const schema = { message: 'Schema' } as const;

const query = (numbers: Readonly<Record<string, number>>): Message['fields'] => ({
  required: [numbers['required'] ?? 0, 'bool'],
  in: [numbers['in'] ?? 0, 'string'],
  description: [numbers['description'] ?? 0, 'string'],
  name: [numbers['name'] ?? 0, 'string'],
  type: [numbers['type'] ?? 0, 'string'],
  format: [numbers['format'] ?? 0, 'string'],
  uniqueItems: [numbers['uniqueItems'] ?? 0, 'bool'],
});

export const MESSAGES = {
  Info: { extensions: 7, fields: { title: [1, 'string'], version: [2, 'string'], description: [3, 'string'] } },
  Schema: {
    extensions: 31,
    fields: {
      $ref: [1, 'string'],
      format: [2, 'string'],
      title: [3, 'string'],
      description: [4, 'string'],
      default: [5, 'any'],
      multipleOf: [6, 'double'],
      maximum: [7, 'double'],
      exclusiveMaximum: [8, 'bool'],
      minimum: [9, 'double'],
      exclusiveMinimum: [10, 'bool'],
      maxLength: [11, 'int64'],
      minLength: [12, 'int64'],
      pattern: [13, 'string'],
      maxItems: [14, 'int64'],
      minItems: [15, 'int64'],
      uniqueItems: [16, 'bool'],
      maxProperties: [17, 'int64'],
      minProperties: [18, 'int64'],
      required: [19, 'strings'],
      enum: [20, 'anys'],
      additionalProperties: [21, 'additional'],
      type: [22, 'type'],
      items: [23, 'items'],
      allOf: [24, { messages: 'Schema' }],
      properties: [25, { named: 'Schema', field: 1 }],
    },
  },
  PathItem: {
    extensions: 10,
    fields: {
      get: [2, { message: 'Operation' }],
      put: [3, { message: 'Operation' }],
      post: [4, { message: 'Operation' }],
      delete: [5, { message: 'Operation' }],
      patch: [8, { message: 'Operation' }],
      parameters: [9, 'parameters'],
    },
  },
  Operation: {
    extensions: 13,
    fields: {
      tags: [1, 'strings'],
      description: [3, 'string'],
      operationId: [5, 'string'],
      produces: [6, 'strings'],
      consumes: [7, 'strings'],
      parameters: [8, 'parameters'],
      responses: [9, 'responses'],
    },
  },
  BodyParameter: {
    extensions: 6,
    fields: {
      description: [1, 'string'],
      name: [2, 'string'],
      in: [3, 'string'],
      required: [4, 'bool'],
      schema: [5, schema],
    },
  },
  QueryParameter: {
    extensions: 23,
    fields: query({ required: 1, in: 2, description: 3, name: 4, type: 6, format: 7, uniqueItems: 20 }),
  },
  PathParameter: {
    extensions: 22,
    fields: query({ required: 1, in: 2, description: 3, name: 4, type: 5, format: 6, uniqueItems: 19 }),
  },
  Response: { extensions: 5, fields: { description: [1, 'string'], schema: [2, 'content'] } },
} as const satisfies Readonly<Record<string, { extensions: number; fields: Record<string, unknown> }>>;
