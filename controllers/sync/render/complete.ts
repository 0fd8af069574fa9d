/** A draft whose kind is known, made ready to be sent. */
import { hash } from 'node:crypto';
import type { JsonObject } from '../../../schemas/object.ts';
import { own, shallow, without } from '../../../schemas/structural/own.ts';
import { canonicalJson } from '../../../schemas/values/fingerprint.ts';
import { withAbsolutePaths } from '../../../schemas/values/relative-paths.ts';
import type { Draft } from './draft.ts';
import type { RenderedObject, Scope } from './types.ts';

/** What the server alone sets. Files that were written by `kubectl get -o yaml` have it. */
const SERVER_FIELDS = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'managedFields',
  'generateName',
];

export type Completed =
  | {
      readonly type: 'object';
      readonly rendered: RenderedObject;
      /** Group, kind, namespace and name: two objects with the same one are the same. */
      readonly identity: string;
    }
  | { readonly type: 'problem'; readonly message: string; readonly heals?: true };

/** `namespace`: for an object that names none. */
export function complete(draft: Draft & { readonly type: 'object' }, scope: Scope, namespace: string): Completed {
  const { file, place } = draft;
  const metadata = own(draft.value, 'metadata') as JsonObject;
  const given = own(metadata, 'namespace') ?? '';
  if (typeof given !== 'string') {
    const message = `${place('metadata.namespace')}: metadata.namespace must be text (put it in quotes)`;
    return { type: 'problem', message };
  }
  const kept = shallow(SERVER_FIELDS.reduce(without, metadata));
  delete kept['namespace'];
  if (scope === 'Namespaced') kept['namespace'] = given === '' ? namespace : given;
  const placed = withAbsolutePaths({ ...without(draft.value, 'status'), metadata: kept }, file.directory);
  if (placed.type === 'nowhere') return { type: 'problem', message: `${place(placed.path)}: a relative path` };
  const { object } = placed;
  const digest = `sha256:${hash('sha256', canonicalJson(object))}`;
  const rendered = { object: object as unknown as RenderedObject['object'], scope, file: file.path, digest, place };
  return { type: 'object', rendered, identity: identityOf(rendered) };
}

function identityOf({ object }: RenderedObject): string {
  const { apiVersion, kind, metadata } = object;
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return JSON.stringify([group, kind, metadata.namespace ?? '', metadata.name]);
}
