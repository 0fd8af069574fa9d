/**
 * The rules of meta/v1 ObjectMeta that no schema can say. Types are checked before, by ObjectMeta's schema.
 */
import type { JsonObject, ManagedFieldsEntry, ObjectMeta, OwnerReference } from '../../schemas/object.ts';
import { forbidden, invalid, required, tooLong, type FieldIssue } from '../../schemas/structural/issue.ts';
import { checkLabelKey, checkLabelValue } from '../../schemas/values/names.ts';

/** All annotations of an object together, keys and values, in bytes. */
const MAX_ANNOTATION_BYTES = 256 * 1024;
const MAX_MANAGER_LENGTH = 128;
const MAX_SUBRESOURCE_LENGTH = 256;
const BARE_FINALIZERS = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

/** How the kind at hand names things. */
export interface MetadataRules {
  readonly checkName: (name: string) => readonly string[];
  /** Built-in kinds want finalizers with a prefix. */
  readonly qualifiedFinalizers: boolean;
}

/** What is wrong with the metadata of an object that is to be stored; in the real server's order and words. */
export function validateMetadata(metadata: ObjectMeta, rules: MetadataRules): FieldIssue[] {
  return [
    ...validateNames(metadata, rules),
    ...validateLabels(metadata.labels ?? {}),
    ...validateAnnotations(metadata.annotations ?? {}),
    ...validateOwners(metadata.ownerReferences ?? []),
    ...validateFinalizers(metadata.finalizers ?? [], rules.qualifiedFinalizers),
    ...validateManagers(metadata.managedFields ?? []),
  ];
}

/** What is wrong with the step from one state of the metadata to the next. */
export function validateMetadataUpdate(next: ObjectMeta, current: ObjectMeta): FieldIssue[] {
  if (current.deletionTimestamp === undefined) return [];
  const known = new Set(current.finalizers);
  const added = (next.finalizers ?? []).filter((finalizer) => !known.has(finalizer));
  if (added.length === 0) return [];
  const list = added.map((finalizer) => JSON.stringify(finalizer)).join(', ');
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
  return [forbidden('metadata.finalizers', why)];
}

/** What only the server sets: a client may leave it out or send it back, and cannot give it another value. */
export function validateServerFields(asked: Partial<ObjectMeta>, current: ObjectMeta): FieldIssue[] {
  const { uid, deletionTimestamp: deletion, deletionGracePeriodSeconds: grace } = asked;
  const immutable = (field: string, value: string | number): FieldIssue =>
    invalid(`metadata.${field}`, value, 'field is immutable');
  const isDeleted = current.deletionTimestamp !== undefined;
  return [
    ...(uid !== undefined && uid !== '' && uid !== current.uid ? [immutable('uid', uid)] : []),
    ...(typeof deletion === 'string' && !isDeleted ? [immutable('deletionTimestamp', deletion)] : []),
    ...(typeof grace === 'number' && grace !== current.deletionGracePeriodSeconds
      ? [immutable('deletionGracePeriodSeconds', grace)]
      : []),
  ];
}

function* validateNames({ name, generateName = '' }: ObjectMeta, { checkName }: MetadataRules): Generator<FieldIssue> {
  // the suffix comes behind the prefix, so a dash may end it
  const prefix = generateName.replace(/-$/, 'a');
  for (const wrong of generateName === '' ? [] : checkName(prefix)) {
    yield invalid('metadata.generateName', generateName, wrong);
  }
  if (name === '') yield required('metadata.name', 'name or generateName is required');
  else for (const wrong of checkName(name)) yield invalid('metadata.name', name, wrong);
}

function* validateLabels(labels: Readonly<Record<string, string>>): Generator<FieldIssue> {
  for (const [key, value] of Object.entries(labels)) {
    for (const wrong of checkLabelKey(key)) yield invalid('metadata.labels', key, wrong);
    for (const wrong of checkLabelValue(value)) yield invalid('metadata.labels', value, wrong);
  }
}

function* validateAnnotations(annotations: Readonly<Record<string, string>>): Generator<FieldIssue> {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    for (const wrong of checkLabelKey(key.toLowerCase())) yield invalid('metadata.annotations', key, wrong);
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > MAX_ANNOTATION_BYTES) yield tooLong('metadata.annotations', MAX_ANNOTATION_BYTES);
}

function* validateFinalizers(finalizers: readonly string[], qualified: boolean): Generator<FieldIssue> {
  for (const finalizer of finalizers) {
    for (const detail of checkLabelKey(finalizer)) yield invalid('metadata.finalizers', finalizer, detail);
  }
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    yield invalid('metadata.finalizers', [...finalizers], 'finalizer orphan and foregroundDeletion cannot be both set');
  }
  if (!qualified) return;
  for (const [index, finalizer] of finalizers.entries()) {
    if (finalizer.includes('/') || BARE_FINALIZERS.has(finalizer)) continue;
    const why = 'name is neither a standard finalizer name nor is it fully qualified';
    yield invalid(`metadata.finalizers[${String(index)}]`, finalizer, why);
  }
}

function* validateOwners(owners: readonly OwnerReference[]): Generator<FieldIssue> {
  let controller: string | undefined;
  for (const owner of owners) {
    yield* validateOwner(owner);
    if (owner.controller !== true) continue;
    const shown = `${owner.kind}/${owner.name}`;
    if (controller === undefined) controller = shown;
    else {
      const why = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${shown}`;
      yield invalid('metadata.ownerReferences', owners.map(asWritten), why);
    }
  }
}

function* validateOwner(owner: OwnerReference): Generator<FieldIssue> {
  const at = (field: string): string => `metadata.ownerReferences.${field}`;
  const { apiVersion, kind, name, uid } = owner;
  const slashes = apiVersion.split('/').length - 1;
  if (apiVersion === '' || apiVersion.endsWith('/') || slashes > 1) {
    yield invalid(at('apiVersion'), apiVersion, 'version must not be empty');
  }
  if (kind === '') yield invalid(at('kind'), kind, 'must not be empty');
  if (name === '') yield invalid(at('name'), name, 'must not be empty');
  if (uid === '') yield invalid(at('uid'), uid, 'must not be empty');
  if (apiVersion === 'v1' && kind === 'Event') {
    const why = '/v1, Kind=Event is disallowed from being an owner';
    yield invalid('metadata.ownerReferences', asWritten(owner), why);
  }
}

/** In the order of the real server's struct. */
const asWritten = ({ apiVersion, kind, name, uid, controller, blockOwnerDeletion }: OwnerReference): JsonObject => ({
  apiVersion,
  kind,
  name,
  uid,
  ...(controller === undefined ? {} : { controller }),
  ...(blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion }),
});

function* validateManagers(entries: readonly ManagedFieldsEntry[]): Generator<FieldIssue> {
  for (const [index, { manager = '', subresource = '' }] of entries.entries()) {
    const at = `metadata.managedFields[${String(index)}]`;
    if (manager.length > MAX_MANAGER_LENGTH) yield tooLong(`${at}.manager`, MAX_MANAGER_LENGTH);
    if (subresource.length > MAX_SUBRESOURCE_LENGTH) yield tooLong(`${at}.subresource`, MAX_SUBRESOURCE_LENGTH);
  }
}
