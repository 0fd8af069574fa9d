import type { Images } from '../../runtime/ports/images.ts';
import type { RuntimeEvents } from '../../runtime/ports/events.ts';
import type { Container, Image, ImageStatus } from '../../schemas/gen/types.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { revisionsInUse } from '../../schemas/values/container-revisions.ts';
import type { Clock, Controller, EventSource, Key, Reader } from '../engine/contract.ts';
import type { Timers } from '../engine/environment.ts';
import { keyOf } from '../engine/keys.ts';
import { systemTimers } from '../engine/timers.ts';
import { IMPLICIT_LABEL, recordName } from './names.ts';
import { Pulls } from './pulls.ts';
import { finalizeImage, reconcileImage } from './reconcile.ts';
import { foretellImage } from './foretell.ts';
import { buildWatch, isUnused, removeUnused } from './implicit.ts';
import { revisionWatch } from './revisions.ts';
import { wayOf } from './way.ts';

const IMAGE = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Image' } as const;
/** A runtime that is back this soon was never away, as far as people are concerned. */
const AWAY_MS = 1000;
const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;

export interface ImageControllerOptions {
  readonly images: Images;
  readonly events: RuntimeEvents;
  /** os/arch of this machine, when an Image names none. */
  readonly platform: string;
  readonly clock: Clock;
  /** Default: the machine's. */
  readonly timers?: Timers;
}

/** Keeps what Image objects ask for in the runtime's image store. */
export function imageController(options: ImageControllerOptions): Controller<Image, ImageStatus> {
  const { images, events, platform, clock } = options;
  const pulls = new Pulls(clock);
  const deps = { images, pulls, platform };
  return {
    name: 'image',
    kind: IMAGE,
    finalizer: 'tsmoby.dev/image',
    indexes: {
      secret: ({ spec }) => (spec.imagePullSecrets ?? []).map(({ name }) => name),
      record: (image) => [recordName(image)],
    },
    watches: [
      { kind: { apiVersion: 'v1', kind: 'Secret' }, map: imagesWithSecret },
      {
        kind: CONTAINER,
        map: implicitImagesOf,
        indexes: { image: (container) => containerImages(container as Container) },
      },
      revisionWatch,
      buildWatch,
    ],
    sources: [pulls.source, runtimeSource(events, options.timers ?? systemTimers)],
    concurrency: 8,
    async reconcile(image, context) {
      if (isUnused(image, context.reader)) return removeUnused(image, context.client, context.signal);
      return reconcileImage(image, context, deps);
    },
    finalize: (image) => finalizeImage(image, deps),
    plan: (image, context) => foretellImage(image, context, images),
  };
}

const imagesWithSecret = ({ metadata }: { readonly metadata: Image['metadata'] }, reader: Reader): string[] =>
  reader
    .list<Image>(IMAGE, { namespace: metadata.namespace ?? '', index: { name: 'secret', value: metadata.name } })
    .map(keyOf);

/** What a Container names; an implicit Image lives while one Container of its namespace does. */
const containerImages = ({ spec }: Container): string[] => (spec.image === undefined ? [] : [spec.image]);

/** A Container that comes makes its Image itself; only one that goes, or turns to another image, may leave an unused one. */
function implicitImagesOf(object: KubeObject, reader: Reader, previous?: KubeObject): Key[] {
  if (previous === undefined) return [];
  const { namespace = '', name, uid } = object.metadata;
  const isThere = reader.get<Container>(CONTAINER, namespace, name)?.metadata.uid === uid;
  if (isThere && needsOf(previous as Container) === needsOf(object as Container)) return [];
  return reader.list<Image>(IMAGE, { namespace, labels: { [IMPLICIT_LABEL]: 'true' } }).map(keyOf);
}

/** The image of its spec, and the revisions whose images it may still need. */
const needsOf = (container: Container): string => [wayOf(container), ...revisionsInUse(container.status)].join();

/** A record that is changed behind our back wakes its Image; a runtime that comes back, or stays away, wakes all. */
function runtimeSource(events: RuntimeEvents, timers: Timers): EventSource {
  return {
    start(enqueue, reader) {
      let away: Disposable | undefined;
      const wake = (index: Parameters<Reader['list']>[1]): void =>
        reader.list<Image>(IMAGE, index).map(keyOf).forEach(enqueue);
      const subscription = events.subscribe((event) => {
        if (event.type === 'instance') return;
        if (event.type === 'image') {
          wake({ index: { name: 'record', value: event.name } });
          return;
        }
        away?.[Symbol.dispose]();
        if (event.type === 'connected') wake({});
        else away = timers.after(AWAY_MS, () => wake({}));
      });
      return {
        [Symbol.dispose]() {
          away?.[Symbol.dispose]();
          subscription[Symbol.dispose]();
        },
      };
    },
  };
}
