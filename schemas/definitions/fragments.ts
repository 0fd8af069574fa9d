/** Pieces that several kinds' schemas share. Plain data: a structural schema has no `$ref`. */
import type { StructuralSchema } from '../structural/schema.ts';

export const string = (description: string, more: Partial<StructuralSchema> = {}): StructuralSchema => ({
  type: 'string',
  description,
  ...more,
});

export const boolean = (description: string, more: Partial<StructuralSchema> = {}): StructuralSchema => ({
  type: 'boolean',
  description,
  ...more,
});

export const integer = (description: string, more: Partial<StructuralSchema> = {}): StructuralSchema => ({
  type: 'integer',
  format: 'int64',
  description,
  ...more,
});

export const object = (
  description: string,
  properties: Readonly<Record<string, StructuralSchema>>,
  more: Partial<StructuralSchema> = {},
): StructuralSchema => ({ type: 'object', description, properties, ...more });

export const stringMap = (description: string, more: Partial<StructuralSchema> = {}): StructuralSchema => ({
  type: 'object',
  description,
  additionalProperties: { type: 'string' },
  ...more,
});

/** A list that is replaced as a whole. */
export const atomicList = (
  description: string,
  items: StructuralSchema,
  more: Partial<StructuralSchema> = {},
): StructuralSchema => ({ type: 'array', description, items, 'x-kubernetes-list-type': 'atomic', ...more });

/** A list whose items are told apart by these fields, and merged one by one. */
export const keyedList = (
  description: string,
  keys: readonly string[],
  items: StructuralSchema,
  more: Partial<StructuralSchema> = {},
): StructuralSchema => ({
  type: 'array',
  description,
  items,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
  ...more,
});

/** A resource.Quantity: `500m`, `64Mi`, `2`, or a bare number. */
export const quantity = (description: string): StructuralSchema => ({
  description,
  'x-kubernetes-int-or-string': true,
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  pattern:
    '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$',
});

export const dnsLabel = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';
export const absolutePath = '^/';

export const pullSecrets: StructuralSchema = keyedList(
  'Secrets of type kubernetes.io/dockerconfigjson in this namespace with credentials for the registry.',
  ['name'],
  object(
    'A reference to a Secret.',
    { name: string('Name of the Secret.', { minLength: 1, maxLength: 253 }) },
    { required: ['name'] },
  ),
  { maxItems: 16 },
);

export const pullPolicy = (description: string): StructuralSchema =>
  string(description, { enum: ['Always', 'IfNotPresent', 'Never'] });

export const nodeName: StructuralSchema = string(
  'The machine this object belongs to. Claimed once by the first machine that sees it, then fixed.',
  { maxLength: 253 },
);

export const fileMode = (description: string): StructuralSchema =>
  integer(description, { format: 'int32', minimum: 0, maximum: 0o777 });

/** A user or group id that the kernel takes; the highest means "none" to it. */
export const ownerId = (description: string): StructuralSchema =>
  integer(description, { minimum: 0, maximum: 4_294_967_294 });

export const keyToPathItems: StructuralSchema = atomicList(
  'Which keys become files, and under which path. Absent: every key becomes a file of its name.',
  object(
    'One key as one file.',
    {
      key: string('The key.', { minLength: 1 }),
      path: string('Path of the file below the mount, relative, without `..`.', { minLength: 1 }),
      mode: fileMode('Permission bits of this file (0 to 511); default is defaultMode.'),
      uid: ownerId('User id that owns this file; default is defaultUid.'),
      gid: ownerId('Group id that owns this file; default is defaultGid.'),
    },
    { required: ['key', 'path'] },
  ),
);

export const conditions: StructuralSchema = keyedList(
  'What is true of the object now; Ready, Reconciling and Stalled mean what they mean in kstatus.',
  ['type'],
  object(
    'One condition.',
    {
      type: string('What this is about.', { minLength: 1, maxLength: 316 }),
      status: string('True, False or Unknown.', { enum: ['True', 'False', 'Unknown'] }),
      observedGeneration: integer('The generation this was seen at.', { minimum: 0 }),
      lastTransitionTime: string('When status last changed.', { format: 'date-time' }),
      reason: string('Why, in one CamelCase word.', { minLength: 1, maxLength: 1024 }),
      message: string('Why, for a person.', { maxLength: 32768 }),
    },
    { required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'] },
  ),
);

export const observedGeneration: StructuralSchema = integer('The generation of the spec that this status speaks of.', {
  minimum: 0,
});

export const nodeNameRule = {
  rule: '!has(oldSelf.nodeName) || (has(self.nodeName) && self.nodeName == oldSelf.nodeName)',
  message: 'nodeName is fixed once it is set',
  fieldPath: '.nodeName',
  reason: 'FieldValueForbidden',
} as const;
