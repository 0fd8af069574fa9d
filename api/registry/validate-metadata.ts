/**
 * The rules of meta/v1 ObjectMeta that no schema can say. Types are checked before, by ObjectMeta's schema.
 */
import type { ObjectMeta, OwnerReference } from '../../schemas/object.ts';
import { forbidden, invalid, required, tooLong, type FieldIssue } from '../../schemas/structural/issue.ts';
import { checkLabelValue, checkQualifiedName } from '../../schemas/values/names.ts';

/** All annotations of an object together, keys and values, in bytes. */
const MAX_ANNOTATION_BYTES = 256 * 1024;
const BARE_FINALIZERS = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

/** How the kind at hand names things. */
export interface MetadataRules {
  readonly checkName: (name: string) => readonly string[];
  /** Built-in kinds want finalizers with a prefix. */
  readonly qualifiedFinalizers: boolean;
}

/** What is wrong with the metadata of an object that is to be stored. */
export function validateMetadata(metadata: ObjectMeta, rules: MetadataRules): FieldIssue[] {
  const issues: FieldIssue[] = [];
  if (metadata.name === '') {
    issues.push(required('metadata.name', 'name or generateName is required'));
  } else {
    for (const wrong of rules.checkName(metadata.name)) issues.push(invalid('metadata.name', metadata.name, wrong));
  }
  issues.push(
    ...validateLabels(metadata.labels ?? {}),
    ...validateAnnotations(metadata.annotations ?? {}),
    ...validateFinalizers(metadata.finalizers ?? [], rules.qualifiedFinalizers),
    ...validateOwners(metadata.ownerReferences ?? []),
  );
  return issues;
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

function* validateLabels(labels: Readonly<Record<string, string>>): Generator<FieldIssue> {
  for (const [key, value] of Object.entries(labels)) {
    for (const wrong of checkQualifiedName(key)) yield invalid('metadata.labels', key, wrong);
    for (const wrong of checkLabelValue(value)) yield invalid('metadata.labels', value, wrong);
  }
}

function* validateAnnotations(annotations: Readonly<Record<string, string>>): Generator<FieldIssue> {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    for (const wrong of checkQualifiedName(key.toLowerCase())) yield invalid('metadata.annotations', key, wrong);
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > MAX_ANNOTATION_BYTES) yield tooLong('metadata.annotations', MAX_ANNOTATION_BYTES);
}

function* validateFinalizers(finalizers: readonly string[], qualified: boolean): Generator<FieldIssue> {
  for (const [index, finalizer] of finalizers.entries()) {
    const field = `metadata.finalizers[${String(index)}]`;
    const wrong = checkQualifiedName(finalizer);
    for (const detail of wrong) yield invalid('metadata.finalizers', finalizer, detail);
    if (wrong.length === 0 && qualified && !finalizer.includes('/') && !BARE_FINALIZERS.has(finalizer)) {
      yield invalid(field, finalizer, 'name is neither a standard finalizer name nor is it fully qualified');
    }
  }
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    yield invalid('metadata.finalizers', [...finalizers], 'finalizer orphan and foregroundDeletion cannot be both set');
  }
}

const OWNER_FIELDS = ['apiVersion', 'kind', 'name', 'uid'] as const;

function* validateOwners(owners: readonly OwnerReference[]): Generator<FieldIssue> {
  for (const [index, owner] of owners.entries()) {
    for (const field of OWNER_FIELDS) {
      if (owner[field] === '') {
        yield required(`metadata.ownerReferences[${String(index)}].${field}`, 'must not be empty');
      }
    }
  }
  const controllers = owners.filter((owner) => owner.controller === true);
  if (controllers.length > 1) {
    const names = controllers.map((owner) => owner.name).join(' and ');
    yield invalid(
      'metadata.ownerReferences',
      null,
      `only one reference can have controller set to true, found it in ${names}`,
    );
  }
}
