/**
 * The schemas of apimachinery's meta/v1 types, for OpenAPI and for the metadata of every kind. Field names, list types
 * and patch strategies are Kubernetes' own.
 */
import type { StructuralSchema } from '../structural/schema.ts';
import { atomicList, boolean, conditions, integer, keyedList, object, string, stringMap } from './fragments.ts';

/** meta/v1 Time: RFC 3339 in UTC, whole seconds. */
export const time = (description: string, more: Partial<StructuralSchema> = {}): StructuralSchema =>
  string(description, { format: 'date-time', ...more });

/** meta/v1 MicroTime: RFC 3339 in UTC, six digits behind the second. */
export const microTime = (description: string): StructuralSchema =>
  string(description, { format: 'date-time', nullable: true });

/** meta/v1 FieldsV1: a set of field paths as nested maps. */
export const fieldsV1: StructuralSchema = {
  type: 'object',
  description:
    'A set of fields. A key is `f:name` (a field or map key), `k:{…}` (an item of a keyed list), `v:…` (an item of a set) or `.` (the thing itself).',
  'x-kubernetes-preserve-unknown-fields': true,
};

/** meta/v1 OwnerReference. */
export const ownerReference: StructuralSchema = object(
  'An object that this one belongs to: it goes when all its owners are gone.',
  {
    apiVersion: string('API version of the owner.'),
    kind: string('Kind of the owner.'),
    name: string('Name of the owner.'),
    uid: string('UID of the owner; an object of the same name with another UID is not the owner.'),
    controller: boolean('The owner manages this object. At most one owner does.'),
    blockOwnerDeletion: boolean('Foreground deletion of the owner waits until this object is gone.'),
  },
  { model: 'OwnerReference', required: ['apiVersion', 'kind', 'name', 'uid'], 'x-kubernetes-map-type': 'atomic' },
);

/** meta/v1 ManagedFieldsEntry. */
export const managedFieldsEntry: StructuralSchema = object(
  'Fields that one manager set in one way.',
  {
    manager: string('Name of the manager.'),
    operation: string('How it set them: Apply or Update.'),
    apiVersion: string('Version of the resource that the fields are named in.'),
    time: time('When an entry of this manager last changed.'),
    fieldsType: string('Format of the set; only FieldsV1 is known.'),
    fieldsV1,
    subresource: string('The subresource it wrote through; empty for the object itself.'),
  },
  { model: 'ManagedFieldsEntry' },
);

/** meta/v1 ObjectMeta: the metadata of every stored object. */
export const objectMeta: StructuralSchema = object(
  'What every stored object has: identity, labels, owners, life cycle.',
  {
    name: string('Name of the object, unique among objects of its kind in its namespace. Cannot be changed.'),
    generateName: string('Prefix of a name that the server completes when `name` is empty.'),
    namespace: string('Namespace of the object; empty for cluster-scoped kinds. Cannot be changed.'),
    selfLink: string('No longer filled in by any server.'),
    uid: string(
      'Identity in time and space, made by the server. An object that is deleted and made again has another.',
    ),
    resourceVersion: string(
      'Version of the stored object, opaque to clients: compare for equality, send back to detect conflicts.',
    ),
    generation: integer('Counts changes of what is wanted. Set by the server.'),
    creationTimestamp: time('When the server stored the object first.', { nullable: true }),
    deletionTimestamp: time('Set when deletion was asked for; the object goes when its finalizers are gone.', {
      nullable: true,
    }),
    deletionGracePeriodSeconds: integer('Seconds the object may take to end. Set together with deletionTimestamp.'),
    labels: stringMap('Short keys and values that selectors look for.'),
    annotations: stringMap('Keys and values of any length for tools and people; selectors do not see them.'),
    ownerReferences: keyedList('The objects that this one belongs to.', ['uid'], ownerReference, {
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'uid',
    }),
    finalizers: {
      type: 'array',
      description: 'Names of those that still have work to do before the object may go.',
      items: { type: 'string' },
      'x-kubernetes-list-type': 'set',
      'x-kubernetes-patch-strategy': 'merge',
    },
    managedFields: atomicList('Which manager set which fields. Kept by the server.', managedFieldsEntry),
  },
);

/** meta/v1 ListMeta: the metadata of every list. */
export const listMeta: StructuralSchema = object('What every list has.', {
  selfLink: string('No longer filled in by any server.'),
  resourceVersion: string('Version of the whole collection that the list shows.'),
  continue: string('Not empty when more follows: send it back to get the next page of the same snapshot.'),
  remainingItemCount: integer('About how many items follow; absent with selectors, or when nothing follows.'),
});

const typeMeta = {
  apiVersion: string('Version of the schema of this object.'),
  kind: string('Name of the kind of this object.'),
};

/** meta/v1 Status: the answer to what is not an object. */
export const status: StructuralSchema = object('The outcome of a call that returns no object.', {
  ...typeMeta,
  metadata: listMeta,
  status: string('Success or Failure.'),
  message: string('The outcome for a person.'),
  reason: string('The failure in one CamelCase word.'),
  code: integer('HTTP status code.', { format: 'int32' }),
  details: object('More for programs, depending on the reason.', {
    name: string('Name of the object.'),
    group: string('Group of the resource.'),
    kind: string('Resource or kind of the object.'),
    uid: string('UID of the object.'),
    retryAfterSeconds: integer('Seconds to wait before the next try.', { format: 'int32' }),
    causes: atomicList(
      'What is wrong, one by one.',
      object('One cause.', {
        reason: string('The cause in one CamelCase word.'),
        message: string('The cause for a person.'),
        field: string('Path of the field.'),
      }),
    ),
  }),
});

/** meta/v1 DeleteOptions: the body of a DELETE. */
export const deleteOptions: StructuralSchema = object('How an object is to be deleted.', {
  ...typeMeta,
  gracePeriodSeconds: integer('Seconds the object may take to end; 0 means at once.'),
  preconditions: object('Delete only when these hold; else 409 Conflict.', {
    uid: string('The object has this UID.'),
    resourceVersion: string('The object has this version.'),
  }),
  orphanDependents: boolean('Former spelling of propagationPolicy.'),
  propagationPolicy: string(
    'What happens to dependents. Background: they follow. Foreground: they go first. Orphan: they stay.',
  ),
  dryRun: atomicList('`All`: check everything, change nothing.', { type: 'string' }),
});

/** meta/v1 Condition. */
export const condition: StructuralSchema = conditions.items ?? {};
