import type { KubeObject } from '../../../schemas/object.ts';
import type { FieldIssue } from '../../../schemas/structural/issue.ts';
import { checkDnsSubdomain } from '../../../schemas/values/names.ts';

/**
 * What a kind does differently from the general object rules. Functions are pure: they return another object, or the
 * same one when there is nothing to change.
 */
export interface Strategy {
  /** PUT without resourceVersion replaces whatever is there. Not for our kinds, custom resources and Leases. */
  readonly allowUnconditionalUpdate: boolean;
  /** PUT to a name that does not exist creates it. Leases. */
  readonly allowCreateOnUpdate: boolean;
  /** `metadata.generation` counts changes outside metadata and status. */
  readonly tracksGeneration: boolean;
  /** Finalizers must have a prefix, as core/v1 wants it. */
  readonly qualifiedFinalizers: boolean;
  /** What is wrong with a name; empty when nothing is. */
  readonly checkName: (name: string) => readonly string[];
  /** Seconds after which the store deletes the object; undefined: never. */
  readonly ttlSeconds?: number;
  /** Ending it takes time, and whoever deletes it may say how long: kept for its controller. */
  readonly graceful?: boolean;
  /** Its deletion does not count as a change of what is wanted: CustomResourceDefinitions. */
  readonly deletionIsNoChange?: boolean;
  /** Fills in and takes away before a first write. */
  prepareForCreate?(object: KubeObject): KubeObject;
  prepareForUpdate?(next: KubeObject, current: KubeObject): KubeObject;
  /** Rules beyond the schema; `current` is absent at creation. */
  validate?(next: KubeObject, current?: KubeObject): readonly FieldIssue[];
  /** What is told to who writes it, though it is stored as it is. */
  warnings?(next: KubeObject, current?: KubeObject): readonly string[];
  /** Why this name may never be deleted, or undefined. */
  refuseDelete?(name: string): string | undefined;
  /** Deletion was asked for: what the object looks like while something still holds it. */
  prepareForDelete?(object: KubeObject): KubeObject;
  /** Something besides finalizers still holds an object that is being deleted. */
  isHeld?(object: KubeObject): boolean;
}

/** Kubernetes' own kinds, unless they say otherwise. */
export const builtinStrategy: Strategy = {
  allowUnconditionalUpdate: true,
  allowCreateOnUpdate: false,
  tracksGeneration: false,
  qualifiedFinalizers: true,
  checkName: checkDnsSubdomain,
};

/** Our kinds and custom resources. */
export const customStrategy: Strategy = {
  allowUnconditionalUpdate: false,
  allowCreateOnUpdate: false,
  tracksGeneration: true,
  qualifiedFinalizers: false,
  checkName: checkDnsSubdomain,
};

/** Our Container: a process is asked to end before it is ended. */
export const containerStrategy: Strategy = { ...customStrategy, graceful: true };
