import type {
  ApplyOptions,
  CallOptions,
  Client,
  DeleteOptions,
  List,
  ListOptions,
  PatchOptions,
  WatchEvent,
  WatchOptions,
  WriteCallOptions,
} from '../../client/client.ts';
import type { KindRef, KubeObject, ObjectInput, ObjectRef, Status } from '../../schemas/object.ts';

/**
 * A Client that tells of the answer to each of its writes, so that caches show it before the watch does. Dry runs are not
 * told. An object that a delete ended at once is left to the watch: there is no version to compare.
 */
export class WriteThroughClient implements Client {
  readonly #client: Client;
  readonly #onWritten: (object: KubeObject) => void;

  constructor(client: Client, onWritten: (object: KubeObject) => void) {
    this.#client = client;
    this.#onWritten = onWritten;
  }

  get<T extends KubeObject>(ref: ObjectRef, options?: CallOptions): Promise<T> {
    return this.#client.get<T>(ref, options);
  }

  list<T extends KubeObject>(kind: KindRef, options?: ListOptions): Promise<List<T>> {
    return this.#client.list<T>(kind, options);
  }

  watch<T extends KubeObject>(kind: KindRef, options?: WatchOptions): AsyncIterable<WatchEvent<T>> {
    return this.#client.watch<T>(kind, options);
  }

  create<T extends KubeObject>(object: ObjectInput<T>, options?: WriteCallOptions): Promise<T> {
    return this.#tell(this.#client.create<T>(object, options), options);
  }

  update<T extends KubeObject>(object: T, options?: WriteCallOptions): Promise<T> {
    return this.#tell(this.#client.update<T>(object, options), options);
  }

  updateStatus<T extends KubeObject>(object: T, options?: WriteCallOptions): Promise<T> {
    return this.#tell(this.#client.updateStatus<T>(object, options), options);
  }

  patch<T extends KubeObject>(ref: ObjectRef, patch: unknown, options: PatchOptions): Promise<T> {
    return this.#tell(this.#client.patch<T>(ref, patch, options), options);
  }

  apply<T extends KubeObject>(object: ObjectInput<T>, options: ApplyOptions): Promise<T> {
    return this.#tell(this.#client.apply<T>(object, options), options);
  }

  async delete(ref: ObjectRef, options?: DeleteOptions): Promise<KubeObject | Status> {
    const answer = await this.#client.delete(ref, options);
    if (options?.dryRun !== true && !isStatus(answer)) this.#onWritten(answer);
    return answer;
  }

  deleteCollection(kind: KindRef, options?: DeleteOptions & ListOptions): Promise<void> {
    return this.#client.deleteCollection(kind, options);
  }

  async #tell<T extends KubeObject>(write: Promise<T>, options: WriteCallOptions | undefined): Promise<T> {
    const object = await write;
    if (options?.dryRun !== true) this.#onWritten(object);
    return object;
  }
}

const isStatus = (answer: KubeObject | Status): answer is Status => answer.kind === 'Status';
