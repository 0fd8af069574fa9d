/** What managedFields does not speak of. */
import { difference, emptySet, leafSet, recursiveDifference, setOf, type FieldSet } from './field-set.ts';
import { fieldStep } from './shape.ts';

const fieldsOf = (...names: readonly string[]): FieldSet =>
  setOf(
    false,
    names.reduce((all, name) => all.set(fieldStep(name), leafSet), new Map<string, FieldSet>()),
  );

/** The server's own fields. `metadata` is here too: it is always there, so to own it means nothing. */
const untracked: FieldSet = setOf(
  false,
  new Map([
    ...fieldsOf('apiVersion', 'kind').children,
    [
      fieldStep('metadata'),
      setOf(
        true,
        fieldsOf(
          'name',
          'namespace',
          'creationTimestamp',
          'selfLink',
          'uid',
          'clusterName',
          'generation',
          'managedFields',
          'resourceVersion',
        ).children,
      ),
    ],
  ]),
);

const status = fieldsOf('status');

/** Which part of the object a write can reach. */
export interface Reach {
  /** `status` when the write came through that subresource. */
  readonly subresource?: string | undefined;
  /** The kind has a status subresource, so that writes of the object itself leave `status` alone. */
  readonly statusSubresource?: boolean | undefined;
}

/** Leaves out what the write cannot have changed, whatever it sent. */
export function reachable(set: FieldSet, { subresource, statusSubresource = false }: Reach): FieldSet {
  if (subresource === 'status') {
    const kept = set.children.get(fieldStep('status'));
    return kept === undefined ? emptySet : setOf(false, new Map([[fieldStep('status'), kept]]));
  }
  return statusSubresource ? recursiveDifference(set, status) : set;
}

/** Leaves out the server's own fields. */
export const tracked = (set: FieldSet): FieldSet => difference(set, untracked);
