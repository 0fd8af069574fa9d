import { follow } from '../../../client/watch/follow.ts';
import { objectSource } from '../../../client/watch/object-source.ts';
import { image as imageKind } from '../../../schemas/definitions/image.ts';
import type { Image } from '../../../schemas/gen/types.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import type { Client } from '../../../client/client.ts';
import { refOf } from '../../kinds/directory.ts';
import { pulledBy } from './work.ts';

/**
 * The Images that Containers wait for, of whatever name: those that are fetched are followed in the namespaces where a Container was seen to wait for one, and
 * nowhere else. It is for the eyes alone: a failure means that less is shown.
 */
export class PulledImages implements Disposable {
  readonly #client: Client;
  readonly #stop = new AbortController();
  readonly #namespaces = new Map<string, Map<string, Image>>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Undefined: it waits for none, or nobody has seen it yet. */
  of(container: KubeObject): Image | undefined {
    const reference = pulledBy(container);
    if (reference === undefined) return undefined;
    const images = this.#imagesIn(container.metadata.namespace ?? '');
    return [...images.values()].find(
      ({ spec, status }) => spec.reference === reference && status?.progress !== undefined,
    );
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  #imagesIn(namespace: string): ReadonlyMap<string, Image> {
    const known = this.#namespaces.get(namespace);
    if (known !== undefined) return known;
    const images = new Map<string, Image>();
    this.#namespaces.set(namespace, images);
    void this.#follow(namespace, images).catch(() => undefined);
    return images;
  }

  async #follow(namespace: string, images: Map<string, Image>): Promise<void> {
    const source = objectSource(this.#client, refOf(imageKind), { namespace });
    for await (const change of follow(source, {}, this.#stop.signal)) {
      if (change.type === 'SYNCED') continue;
      if (change.type === 'DELETED') images.delete(change.item.metadata.name);
      else images.set(change.item.metadata.name, change.item as Image);
    }
  }
}
