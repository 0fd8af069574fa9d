/** One Namespace as a test or a script uses it: objects, and what runs. */
import { readFile } from 'node:fs/promises';
import type { Container } from '../../schemas/gen/types.ts';
import type { JsonValue, KindRef, KubeObject, ObjectInput, ObjectRef } from '../../schemas/object.ts';
import { isList, isObject } from '../../schemas/structural/own.ts';
import { decodeManifest } from '../../schemas/text/manifest.ts';
import { awaitCurrent, type CurrentOutcome } from '../environment/await-current.ts';
import { publishedPorts, withFreePorts, type PublishedPort } from '../environment/ports.ts';
import type { Client } from '../client.ts';
import type { HttpClient } from '../http.ts';
import { followLog, readLog, type LogOptions } from './logs.ts';
import { runProcess, type ExecOptions, type ExecResult } from './processes.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;
const FIELD_MANAGER = 'tsmoby-library';
const DEFAULT_TIMEOUT_MS = 120_000;
/** Of the log of what failed, in the message. */
const LAST_LINES = 20;

/** Something did not become what it was wanted to be; the message says what, why, and the last lines of its log. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
}

export interface ReadyOptions {
  /** Default: 2 minutes. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface SpaceOptions {
  /** Ports of the machine are any free ones on 127.0.0.1, whatever objects ask for. */
  readonly freePorts: boolean;
}

/** What is applied, seen and run is in this Namespace, whatever objects say themselves. Calls reject with ApiError when the server refuses. */
export class Space {
  /** For all that is not here: any kind, watches, patches. */
  readonly client: Client;
  readonly namespace: string;
  readonly #http: HttpClient;
  readonly #options: SpaceOptions;
  readonly #applied = new Map<string, ObjectRef>();

  constructor(http: HttpClient, namespace: string, options: SpaceOptions) {
    this.#http = http;
    this.client = http;
    this.namespace = namespace;
    this.#options = options;
  }

  /** Server-side apply of one object; resolves with the object as it is stored. */
  async apply<T extends KubeObject>(object: ObjectInput<T>): Promise<T> {
    const placed = this.#place(object);
    const stored = await this.client.apply<T>(placed as ObjectInput<T>, { fieldManager: FIELD_MANAGER, force: true });
    const { apiVersion, kind, metadata } = stored;
    this.#applied.set(`${apiVersion} ${kind} ${metadata.name}`, this.#ref({ apiVersion, kind }, metadata.name));
    return stored;
  }

  /** All objects of a text, YAML or JSON, at once. Rejects with TextError where it cannot be read. */
  async applyText(text: string, file?: string): Promise<readonly KubeObject[]> {
    const objects = decodeManifest(text, file === undefined ? {} : { file }).flatMap(({ value }) => itemsOf(value));
    return await Promise.all(objects.map((object) => this.apply(object)));
  }

  /** As `applyText`. Paths in objects are absolute. */
  async applyFile(file: string): Promise<readonly KubeObject[]> {
    return await this.applyText(await readFile(file, 'utf8'), file);
  }

  async get<T extends KubeObject>(kind: KindRef, name: string): Promise<T> {
    return await this.client.get<T>(this.#ref(kind, name));
  }

  /** A Container. */
  async container(name: string): Promise<Container> {
    return await this.get<Container>(CONTAINER, name);
  }

  /** Asks for the deletion, and does not wait for the end of it. */
  async delete(kind: KindRef, name: string): Promise<void> {
    await this.client.delete(this.#ref(kind, name));
  }

  /**
   * Waits until all that was applied here is as it is wanted: Containers are ready, those that run once have ended with 0, images are
   * there. Rejects with NotReadyError as soon as one cannot become so, or when the time is over.
   */
  async ready({ timeoutMs = DEFAULT_TIMEOUT_MS, signal }: ReadyOptions = {}): Promise<void> {
    const outcome = await awaitCurrent(this.client, [...this.#applied.values()], {
      timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    if (outcome.type !== 'current') throw await this.#notReady(outcome);
  }

  /** Waits until an object satisfies; resolves with it. Rejects with NotReadyError when the time is over. */
  async until<T extends KubeObject>(
    kind: KindRef,
    name: string,
    satisfies: (object: T) => boolean,
    { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: ReadyOptions = {},
  ): Promise<T> {
    const { untilObject } = await import('./until-object.ts');
    const deadline = AbortSignal.timeout(timeoutMs);
    const any = AbortSignal.any([deadline, ...(signal === undefined ? [] : [signal])]);
    const found = await untilObject(this.client, this.#ref(kind, name), satisfies, any);
    signal?.throwIfAborted();
    if (found !== undefined) return found;
    throw new NotReadyError(`${kind.kind} ${name} was not so within ${timeoutMs / 1000} s`);
  }

  /** What a Container has written so far, or the end of it. */
  async logs(name: string, options: LogOptions = {}): Promise<string> {
    return await readLog(this.#http, this.#containerRef(name), options);
  }

  /** Its lines as they come, until it has ended, or the reader has. */
  followLogs(name: string, options: LogOptions & { readonly signal?: AbortSignal } = {}): AsyncIterable<string> {
    return followLog(this.#http, this.#containerRef(name), options);
  }

  /** Runs a command in a Container, to its end. The exit code is no error. */
  async exec(name: string, command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    return await runProcess(this.#http, this.#containerRef(name), command, options);
  }

  /** Where a published port is reached: by its name or number in the spec, or the only one. Rejects with RangeError when there is none. */
  async port(name: string, port?: string | number): Promise<PublishedPort> {
    const ports = publishedPorts(await this.container(name));
    const found = ports.filter((one) => port === undefined || one.name === port || one.containerPort === port);
    if (found.length === 1 && found[0] !== undefined) return found[0];
    const known = ports.map((one) => one.name ?? String(one.containerPort)).join(', ') || 'none';
    throw new RangeError(
      `container ${name} publishes ${found.length} ports that are ${port ?? 'the only one'}: ${known}`,
    );
  }

  /** Its address in the network of the Namespace, which this machine reaches. */
  async ip(name: string): Promise<string> {
    const { status } = await this.container(name);
    if (status?.ip !== undefined) return status.ip;
    throw new RangeError(`container ${name} has no address`);
  }

  #ref(kind: KindRef, name: string): ObjectRef {
    return { apiVersion: kind.apiVersion, kind: kind.kind, namespace: this.namespace, name };
  }

  #containerRef(name: string): ObjectRef & { readonly namespace: string } {
    return { ...CONTAINER, namespace: this.namespace, name };
  }

  #place(object: ObjectInput): ObjectInput {
    const placed = { ...object, metadata: { ...object.metadata, namespace: this.namespace } };
    if (!this.#options.freePorts) return placed;
    const free = withFreePorts(placed);
    if (free.type === 'object') return free.object;
    throw new RangeError(`${object.kind} ${object.metadata.name ?? ''}: ${free.path}: ${free.message}`);
  }

  async #notReady(outcome: Exclude<CurrentOutcome, { readonly type: 'current' }>): Promise<NotReadyError> {
    const all = outcome.type === 'failed' ? [outcome.failed] : outcome.waiting;
    const lines = all.map(({ ref, message }) => `${ref.kind} ${ref.name}: ${message}`);
    const failed = all.find(({ ref }) => ref.kind === CONTAINER.kind);
    // what is told is that it failed; a log that cannot be read is no news
    const log = failed === undefined ? '' : await this.logs(failed.ref.name, { tailLines: LAST_LINES }).catch(() => '');
    const what = outcome.type === 'failed' ? 'it cannot become ready' : 'the time is over';
    return new NotReadyError([`${what}: ${lines.join('; ')}`, ...(log === '' ? [] : [log.trimEnd()])].join('\n'));
  }
}

/** The objects of a value; Lists are taken apart. */
function itemsOf(value: JsonValue): readonly ObjectInput[] {
  if (!isObject(value))
    throw new SyntaxError('an object with apiVersion, kind and metadata must stand in each document');
  const { kind, items } = value;
  const isListOfObjects = typeof kind === 'string' && kind.endsWith('List') && isList(items);
  return (isListOfObjects ? items : [value]) as unknown as readonly ObjectInput[];
}
