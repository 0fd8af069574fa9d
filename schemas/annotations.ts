/** Annotations and labels with a meaning that several parts of tsmoby share. */

/** On a Namespace: the name of the Lease in it that somebody renews; the Namespace is deleted when nobody does. */
export const LEASE_ANNOTATION = 'tsmoby.dev/lease';

/** On the Namespace of an environment (`tsmoby ci`, the library): the name that was asked for. */
export const ENVIRONMENT_LABEL = 'tsmoby.dev/environment';
