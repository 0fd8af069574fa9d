import type { ReadFiles } from '../../runtime/ports/manifest-files.ts';
import type { Sync } from '../../schemas/gen/types.ts';
import { canonicalJson } from '../../schemas/values/fingerprint.ts';
import type { Key } from '../engine/contract.ts';
import { keyOf } from '../engine/keys.ts';
import type { SyncInputs } from './inputs.ts';
import type { KindTable } from './kinds.ts';
import type { Rendered, Renderer } from './render/types.ts';

interface Entry {
  readonly read: ReadFiles;
  readonly question: string;
  readonly rendered: Rendered;
}

/** What the files of each Sync were last rendered to: nothing is rendered again before something changes. */
export class Renders {
  readonly #entries = new Map<Key, Entry>();
  readonly #renderer: Renderer;
  readonly #kinds: KindTable;

  constructor(renderer: Renderer, kinds: KindTable) {
    this.#renderer = renderer;
    this.#kinds = kinds;
  }

  async render(sync: Sync, read: ReadFiles, inputs: SyncInputs, signal: AbortSignal): Promise<Rendered> {
    const key = keyOf(sync);
    const namespace = namespaceOf(sync);
    const { variables } = inputs.substitute ?? {};
    const question = canonicalJson([namespace, variables, inputs.substitute?.strict, this.#kinds.version]);
    const before = this.#entries.get(key);
    if (before?.read === read && before.question === question) return before.rendered;
    const rendered = await this.renderApart(sync, read, inputs, signal);
    this.#entries.set(key, { read, question, rendered });
    return rendered;
  }

  /** The same, and what was last rendered stays that. */
  renderApart(
    sync: Sync,
    read: ReadFiles,
    { substitute }: Pick<SyncInputs, 'substitute'>,
    signal: AbortSignal,
  ): Promise<Rendered> {
    const { scopeOf } = this.#kinds;
    const options = { namespace: namespaceOf(sync), scopeOf, ...(substitute === undefined ? {} : { substitute }) };
    return this.#renderer.render(read, options, signal);
  }

  drop(key: Key): void {
    this.#entries.delete(key);
  }
}

/** Of objects that name none. */
const namespaceOf = ({ metadata, spec }: Sync): string => spec.targetNamespace ?? metadata.namespace ?? 'default';
