import { text } from 'node:stream/consumers';
import { isReason } from '../../../client/client.ts';
import type { Container, ContainerSpec, Image, Volume } from '../../../schemas/gen/types.ts';
import type { Condition, KubeObject, ObjectRef } from '../../../schemas/object.ts';
import type { TestDaemon } from '../daemon.ts';
import { until } from './until.ts';

export const TSMOBY = 'tsmoby.dev/v1alpha1';

/** An object as a test writes it down: identity is filled in. */
export interface Manifest {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

type Kinds = { readonly Container: Container; readonly Image: Image; readonly Volume: Volume };

/** A namespace of a daemon, for one test. */
export class Space {
  readonly daemon: TestDaemon;
  readonly namespace: string;
  /** Archive of the image that containers have unless they say otherwise. */
  readonly archive: string;

  constructor(daemon: TestDaemon, namespace: string, archive: string) {
    this.daemon = daemon;
    this.namespace = namespace;
    this.archive = archive;
  }

  ref(kind: string, name: string, apiVersion = apiVersionOf(kind)): ObjectRef {
    return { apiVersion, kind, namespace: this.namespace, name };
  }

  /** Server-side apply; resolves with the object as stored. */
  async apply<T extends KubeObject>({ kind, name, apiVersion, labels, annotations, ...rest }: Manifest): Promise<T> {
    const metadata = {
      namespace: this.namespace,
      name,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    };
    const object = { apiVersion: apiVersion ?? apiVersionOf(kind), kind, metadata, ...rest };
    return this.daemon.client.apply<T>(object as never, { fieldManager: 'test', force: true });
  }

  /** The image `busybox`, whose reference containers have unless they say otherwise. */
  async busybox(): Promise<Image> {
    await this.apply({
      kind: 'Image',
      name: 'busybox',
      spec: { reference: 'busybox', archive: { path: this.archive } },
    });
    return this.ready<Image>('Image', 'busybox');
  }

  /** A Container of the busybox image without time of grace, unless the spec says otherwise. */
  async container(name: string, spec: Partial<ContainerSpec> & Readonly<Record<string, unknown>>): Promise<Container> {
    const image = spec.imageFrom === undefined ? { image: 'busybox' } : {};
    const all = { ...image, terminationGracePeriodSeconds: 0, ...spec };
    return this.apply<Container>({ kind: 'Container', name, spec: all });
  }

  /** Runs a shell script to its end and resolves with what it wrote. Rejects when it fails. */
  async shell(name: string, script: string, spec: Partial<ContainerSpec> = {}): Promise<string> {
    await this.container(name, { command: ['sh', '-c', script], restartPolicy: 'Never', ...spec });
    const ended = await this.until<Container>('Container', name, 'ended', (object) => object.status?.state?.terminated);
    const output = await this.logs(name);
    const { exitCode } = ended.status?.state?.terminated ?? {};
    if (exitCode !== 0) throw new Error(`${name} exited with ${exitCode}: ${output}`);
    return output;
  }

  async get<T extends KubeObject>(kind: string, name: string): Promise<T> {
    return this.daemon.client.get<T>(this.ref(kind, name));
  }

  /** Waits on a watch until the object satisfies; rejects with what it was last. */
  async until<T extends KubeObject>(
    kind: string,
    name: string,
    what: string,
    satisfies: (object: T) => unknown,
    deadlineMs?: number,
  ): Promise<T> {
    return until<T>(this.daemon, this.ref(kind, name), what, satisfies, deadlineMs);
  }

  /** Until its process runs and status says so for the present spec. */
  async running(name: string): Promise<Container> {
    return this.until<Container>(
      'Container',
      name,
      'runs',
      (object) => isReady(object) && object.status?.state?.running !== undefined,
    );
  }

  async ready<T extends KubeObject = KubeObject>(kind: keyof Kinds | (string & {}), name: string): Promise<T> {
    return this.until<T>(kind, name, 'is ready', isReady);
  }

  /** Until a condition has this reason; resolves with the condition. */
  async condition(kind: string, name: string, type: string, reason: string): Promise<Condition> {
    const object = await this.until(kind, name, `${type} has reason ${reason}`, (candidate) =>
      conditionsOf(candidate).some((condition) => condition.type === type && condition.reason === reason),
    );
    return conditionsOf(object).find((condition) => condition.type === type) as Condition;
  }

  /** Deletes, and waits until it is gone. */
  async remove(kind: string, name: string): Promise<void> {
    try {
      await this.daemon.client.delete(this.ref(kind, name));
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
    await this.gone(kind, name);
  }

  async gone(kind: string, name: string): Promise<void> {
    await until(this.daemon, this.ref(kind, name), 'is gone', 'gone');
  }

  /** Its log; `query` as in `tailLines=3&timestamps=true`. */
  async logs(name: string, query = ''): Promise<string> {
    return text(await this.daemon.client.stream(this.logPath(name, query)));
  }

  logPath(name: string, query = ''): string {
    return `/apis/${TSMOBY}/namespaces/${this.namespace}/containers/${name}/log?${query}`;
  }

  /** Reasons of the events about an object, oldest first. */
  async eventReasons(name: string): Promise<readonly string[]> {
    const fieldSelector = `involvedObject.name=${name}`;
    const { items } = await this.daemon.client.list<KubeObject & { readonly reason: string }>(
      { apiVersion: 'v1', kind: 'Event' },
      { namespace: this.namespace, fieldSelector },
    );
    return items.map(({ reason }) => reason);
  }
}

function apiVersionOf(kind: string): string {
  return ['Build', 'Builder', 'Container', 'Image', 'Network', 'Sync', 'Volume'].includes(kind) ? TSMOBY : 'v1';
}

export function conditionsOf(object: KubeObject): readonly Condition[] {
  return (object as { readonly status?: { readonly conditions?: readonly Condition[] } }).status?.conditions ?? [];
}

export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}

/** Ready of the present generation. */
export function isReady(object: KubeObject): boolean {
  const { observedGeneration } =
    (object as { readonly status?: { readonly observedGeneration?: number } }).status ?? {};
  return conditionOf(object, 'Ready')?.status === 'True' && observedGeneration === object.metadata.generation;
}
