import type { Container } from '../../schemas/gen/types.ts';
import { instanceFields, RESTARTED_AT } from '../../schemas/values/container-change.ts';
import { fingerprint } from '../../schemas/values/fingerprint.ts';
import { fullImageReference } from '../../schemas/values/image-reference.ts';
import { networkMode } from './network-mode.ts';

/** What of the spec an instance was made for, as its label. */
export const SPEC_HASH_LABEL = 'tsmoby.dev/spec-hash';
/** What it was made from after everything was looked up: a restart with other values makes it anew. */
export const CONFIG_HASH_LABEL = 'tsmoby.dev/config-hash';
/** The limits that were asked for, canonical JSON. */
export const RESOURCES_LABEL = 'tsmoby.dev/resources';
/** What the spec called the image: while no image is known, only an instance of the same name is as good as wanted. */
export const IMAGE_LABEL = 'tsmoby.dev/image';
/** Number of the sandbox that it is in; 0 when absent. */
export const SANDBOX_LABEL = 'tsmoby.dev/sandbox';
/** Signal that the image wants to be stopped with, for a time when the image is gone. */
export const STOP_SIGNAL_LABEL = 'tsmoby.dev/stop-signal';
/** The digest stands for them: the same image by another name is the same instance. */
const IMAGE_FIELDS: ReadonlySet<string> = new Set(['image', 'imageFrom']);

/**
 * Hash of everything in the object that only another instance can follow, the image aside. `configurationHash`: content of ConfigMaps
 * and Secrets for which the instance is to be made anew, as status holds it.
 */
export function specHash(container: Container, configurationHash?: string): string {
  const { metadata, spec } = container;
  const fields = Object.fromEntries(Object.entries(instanceFields(spec)).filter(([name]) => !IMAGE_FIELDS.has(name)));
  const restartedAt = RESTARTED_AT.map((name) => metadata.annotations?.[name]);
  return fingerprint({ name: metadata.name, fields, mode: networkMode(container), restartedAt, configurationHash });
}

/**
 * The same wish always has the same name, so that a repeated create is no second one. `shared`: id of the sandbox whose network it shares; with another
 * one it is another instance, and so it is in the next sandbox of its own: the former one may still be there.
 */
export function instanceId(container: Container, hash: string, manifestDigest: string, shared?: string): string {
  const generation = generationOf(container);
  const parts = [
    hash,
    manifestDigest,
    ...(shared === undefined ? [] : [shared]),
    ...(generation === 0 ? [] : [generation]),
  ];
  return `${container.metadata.uid}-${fingerprint(parts, 10)}`;
}

/** Number of the sandbox that a pass over this Container is about. */
export const generationOf = ({ status }: Container): number => status?.sandboxGeneration ?? 0;

/** The Container, for a pass that is about this one of its sandboxes. */
export const inSandbox = (container: Container, sandboxGeneration: number): Container => ({
  ...container,
  status: { ...container.status, sandboxGeneration },
});

/** Number of the sandbox that an instance is in. */
export const generationOfInstance = ({ labels }: { readonly labels: Readonly<Record<string, string>> }): number =>
  Number(labels[SANDBOX_LABEL] ?? 0);

/** Value of the image label: the full reference, or the Image object. Throws for a reference that cannot be read. */
export function imageSource({ image = '', imageFrom }: Container['spec']): string {
  return imageFrom === undefined ? fullImageReference(image) : `${imageFrom.kind}/${imageFrom.name}`;
}

/** As status and kubectl write it. */
export const containerID = (id: string): string => `containerd://${id}`;
