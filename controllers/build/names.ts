import { fingerprint } from '../../schemas/values/fingerprint.ts';

const TSMOBY = 'tsmoby.dev/v1alpha1';
export const BUILD = { apiVersion: TSMOBY, kind: 'Build' } as const;
export const BUILDER = { apiVersion: TSMOBY, kind: 'Builder' } as const;
export const IMAGE = { apiVersion: TSMOBY, kind: 'Image' } as const;
export const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const;
export const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const;

/** The full form of the reference that the namespace calls a result, as a label of its record. */
export const REFERENCE_LABEL = 'tsmoby.dev/reference';
/** What went into a result, as a label of its record. */
export const KEY_LABEL = 'tsmoby.dev/build-key';

/** Each result has a record of its own: a new one never takes the content away from under a former one. */
export const recordName = (uid: string, number: number): string => `tsmoby.dev/build/${uid}/${number}`;

const layoutPrefix = (uid: string): string => `tsmoby.dev/build/${uid}/layout-`;

/** The record of an image in an OCI layout directory, for a named context. */
export const layoutRecordName = (uid: string, context: string): string =>
  `${layoutPrefix(uid)}${fingerprint(context, 12)}`;

export const isLayoutRecord = (uid: string, name: string): boolean => name.startsWith(layoutPrefix(uid));

/** Files of a definition that stands in the object are a source of this name. */
export const DEFINITION_SOURCE = 'dockerfile';

/** Whose source it is, as the BuildContexts port wants it. The main context has no name. */
export const sourceId = (uid: string, context?: string): string =>
  context === undefined ? uid : `${uid}/${fingerprint(context, 12)}`;
