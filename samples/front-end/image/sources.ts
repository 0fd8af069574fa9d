/** Files and images from outside, and what BuildKit answers about them. */
import type { Bridge } from './bridge.ts';
import { Graph, type State } from './graph.ts';
import { bytesField, message, readFields, textField } from './wire.ts';

/** An image to begin with, and its configuration as the OCI image format has it. */
export interface Base {
  readonly graph: Graph;
  readonly state: State;
  readonly config: Readonly<Record<string, unknown>>;
}

const FROM_REGISTRY = 0;
const FROM_LAYOUT = 1;

export class Sources {
  readonly #bridge: Bridge;
  readonly #options: ReadonlyMap<string, string>;

  constructor(bridge: Bridge, options: ReadonlyMap<string, string>) {
    this.#bridge = bridge;
    this.#options = options;
  }

  /** The text of the recipe, out of the directory that the client calls `dockerfile`. */
  async definition(filename: string): Promise<string> {
    const graph = new Graph();
    const state = this.local(graph, this.#options.get('dockerfilekey') ?? 'dockerfile', {
      attributes: { 'local.followpaths': JSON.stringify([filename]), 'local.sharedkeyhint': 'recipe' },
      name: `read ${filename}`,
    });
    const reference = await this.solve(graph, state);
    const answer = await this.#bridge.call(
      'ReadFile',
      message([1, readFields(reference).get(1) as Uint8Array], [2, filename]),
    );
    return textField(readFields(answer), 1);
  }

  /** A directory of the client. */
  local(
    graph: Graph,
    name: string,
    options: { attributes: Readonly<Record<string, string>>; name: string },
  ): NonNullable<State> {
    const attributes = { ...options.attributes, 'local.session': this.#session };
    return graph.source(`local://${name}`, attributes, options.name) as NonNullable<State>;
  }

  /** The files of the context that are not left out; a named one stands for itself. */
  context(graph: Graph, name: string, ignore: readonly string[]): State {
    const target = this.#options.get(`context:${name}`);
    const local = name === 'context' ? (this.#options.get('contextkey') ?? 'context') : target?.replace(/^local:/, '');
    if (local === undefined) throw new Error(`there is no context "${name}"`);
    const attributes = {
      'local.sharedkeyhint': `files of ${name}`,
      ...(ignore.length === 0 ? {} : { 'local.excludepatterns': JSON.stringify(ignore) }),
    };
    return this.local(graph, local, { attributes, name: `files of ${name}` });
  }

  /** `scratch` is empty; an image that the client has goes before one of a registry. */
  async image(graph: Graph, reference: string): Promise<Base> {
    if (reference === 'scratch') return { graph, state: undefined, config: {} };
    const layout = /^oci-layout:\/\/([^@]+)@(sha256:[0-9a-f]{64})$/.exec(this.#layoutOf(reference) ?? '');
    const [, store = '', digest = ''] = layout ?? [];
    const request =
      layout === null
        ? message([1, reference], [4, `load ${reference}`], [5, FROM_REGISTRY])
        : message(
            [1, `${reference}@${digest}`],
            [4, `load ${reference}`],
            [5, FROM_LAYOUT],
            [6, this.#session],
            [7, store],
          );
    const answer = readFields(await this.#bridge.call('ResolveImageConfig', request));
    const config = JSON.parse(Buffer.from(bytesField(answer, 2)).toString('utf8')) as Record<string, unknown>;
    const exact = `${reference.replace(/@.*/, '')}@${textField(answer, 1)}`;
    const state =
      layout === null
        ? graph.source(`docker-image://${exact}`, {}, `from ${reference}`)
        : graph.source(
            `oci-layout://${exact}`,
            { 'oci.session': this.#session, 'oci.store': store },
            `from ${reference}`,
          );
    return { graph, state, config };
  }

  /** Has a state worked out; the bytes of its `Ref`. */
  async solve(graph: Graph, state: NonNullable<State>): Promise<Uint8Array> {
    // Answers as a result with one reference, not with the old form.
    const request = message([1, graph.definition(state)], [5, true], [6, true]);
    const result = readFields(bytesField(readFields(await this.#bridge.call('Solve', request)), 3));
    return bytesField(result, 3);
  }

  get #session(): string {
    return this.#options.get('session') ?? '';
  }

  /** References come in the short form in which people write them. */
  #layoutOf(reference: string): string | undefined {
    const bare = reference.replace(/:latest$/, '');
    return this.#options.get(`context:${reference}`) ?? this.#options.get(`context:${bare}`);
  }
}
