import type { Container, ControllerRevision, Image } from '../../schemas/gen/types.ts';
import type { KubeObject } from '../../schemas/object.ts';
import {
  resultOfRevision,
  revisionOwner,
  revisionsInUse,
  specOfRevision,
} from '../../schemas/values/container-revisions.ts';
import type { Key, Reader, WatchedKind } from '../engine/contract.ts';
import { keyOf } from '../engine/keys.ts';
import { IMPLICIT_LABEL } from './names.ts';
import { wayOf } from './way.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;
const IMAGE = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Image' } as const;
const REVISION = { apiVersion: 'apps/v1', kind: 'ControllerRevision' } as const;

/**
 * Old specs of Containers, with the images that they name: a Container may run one of them while its own spec names another image, or
 * go back to it.
 */
export const revisionWatch: WatchedKind = {
  kind: REVISION,
  map: implicitImagesOf,
  indexes: { image: (revision) => [specOfRevision(revision)?.image ?? []].flat() },
};

/** A Container may still come to need it, for a spec that is not that of now. `isBuilt`: for one whose result of a Build it was, it does not. */
export function isOfRevision(image: Image, reader: Reader, isBuilt: boolean): boolean {
  const { namespace = '' } = image.metadata;
  const query = { namespace, index: { name: 'image', value: image.spec.reference ?? '' } };
  return reader.list<ControllerRevision>(REVISION, query).some((revision) => {
    if (isBuilt && resultOfRevision(revision) !== undefined) return false;
    const user = userOf(revision, reader);
    return user !== undefined && waysOf(revision, user).includes(wayOf(image));
  });
}

function userOf(revision: ControllerRevision, reader: Reader): Container | undefined {
  const { namespace = '', name } = revision.metadata;
  const owner = revisionOwner(revision);
  const user = owner && reader.get<Container>(CONTAINER, namespace, owner.name);
  return user?.metadata.uid === owner?.uid && user !== undefined && revisionsInUse(user.status).includes(name)
    ? user
    : undefined;
}

/** As it was got at the time, and as it would be got now: how an image is got may change without another instance. */
function waysOf(revision: ControllerRevision, { spec }: Container): readonly string[] {
  const past = specOfRevision(revision);
  if (past === undefined) return [];
  const { image, imageFrom: _, ...others } = spec;
  return [wayOf({ spec: past }), wayOf({ spec: { ...others, image: past.image ?? image ?? '' } })];
}

/** One that is gone may leave an unused Image. */
function implicitImagesOf(object: KubeObject, reader: Reader, previous?: KubeObject): readonly Key[] {
  const reference = specOfRevision(object)?.image;
  if (previous === undefined || reference === undefined) return [];
  const { namespace = '' } = object.metadata;
  return reader
    .list<Image>(IMAGE, { namespace, labels: { [IMPLICIT_LABEL]: 'true' } })
    .filter(({ spec }) => spec.reference === reference)
    .map(keyOf);
}
