/** What a command that waits shows meanwhile: a block in place on a terminal, lines in a log. */
import type { Client } from '../../../client/client.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { note, type Io, type TextOutput } from '../../io.ts';
import { shownName } from '../../kinds/directory.ts';
import { LiveBlock } from '../../output/live-block.ts';
import type { Awaited } from '../await-objects.ts';
import { PlainLines } from './plain-lines.ts';
import { PulledImages } from './pulled-images.ts';
import { frameOf } from './rows.ts';
import { WaitingList } from './waiting-list.ts';
import { workOf, type Work } from './work.ts';

const REDRAW_MS = 100;
const LOOK_MS = 500;

export interface WaitViewOptions {
  /** `live`: a block in place, where standard error is a terminal. `plain`: lines, where it is none. */
  readonly show: Readonly<Record<'live' | 'plain', boolean>>;
  /** Stands before each line of a log. */
  readonly prefix?: string;
}

/** Disposing ends it: the block is gone then, and the cursor stands where it began. */
export class WaitView implements Disposable {
  /** Whoever writes to its outputs while something is waited for writes above the block. Whole lines only. */
  readonly io: Io;
  readonly #outer: Io;
  readonly #options: WaitViewOptions;
  readonly #list = new WaitingList();
  readonly #lines = new PlainLines();
  readonly #objects = new Map<string, { readonly awaited: Awaited; readonly object: KubeObject | undefined }>();
  readonly #block: LiveBlock | undefined;
  #images: PulledImages | undefined;
  #begun = 0;
  #stop: AbortController | undefined;
  #isDrawn = false;

  constructor(io: Io, options: WaitViewOptions) {
    this.#outer = io;
    this.#options = options;
    const isLive = options.show.live && io.stderr.isTTY === true && (io.env['TERM'] ?? '') !== 'dumb';
    this.#block = isLive ? new LiveBlock(io.stderr, { colours: false }) : undefined;
    this.io =
      this.#block === undefined ? io : { ...io, stdout: this.#above(io.stdout), stderr: this.#above(io.stderr) };
  }

  /** These are waited for from now on, instead of others. */
  begin(awaited: readonly Awaited[], client: Client): void {
    this.#end();
    if (this.#block === undefined && !this.#options.show.plain) return;
    this.#images = new PulledImages(client);
    this.#begun = this.#outer.now();
    for (const one of awaited) {
      this.#list.add(keyOf(one), namesOf(one, awaited), workOf(undefined), this.#begun);
    }
    this.#stop = new AbortController();
    void this.#tick(this.#stop.signal);
  }

  /** The object as it is now; undefined: it is not there. */
  seen(awaited: Awaited, object: KubeObject | undefined): void {
    this.#objects.set(keyOf(awaited), { awaited, object });
    this.#list.update(keyOf(awaited), this.#workOf(object), this.#outer.now());
  }

  /** It need not be waited for any more. */
  met(awaited: Awaited): void {
    this.#objects.delete(keyOf(awaited));
    this.#list.done(keyOf(awaited));
  }

  [Symbol.dispose](): void {
    this.#end();
  }

  #end(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#images?.[Symbol.dispose]();
    this.#images = undefined;
    this.#list.clear();
    this.#objects.clear();
    this.#erase();
  }

  #workOf(object: KubeObject | undefined): Work {
    return workOf(object, object === undefined ? undefined : this.#images?.of(object));
  }

  async #tick(signal: AbortSignal): Promise<void> {
    const isLive = this.#block !== undefined;
    while (!signal.aborted) {
      await this.#outer.sleep(isLive ? REDRAW_MS : LOOK_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      // an image may be further than the Container that waits for it has noticed
      for (const [key, { object }] of this.#objects) this.#list.update(key, this.#workOf(object), this.#outer.now());
      if (isLive) this.#draw();
      else if (this.#options.show.plain) this.#tell();
    }
  }

  #tell(): void {
    const { prefix = '' } = this.#options;
    for (const line of this.#lines.due(this.#list, this.#outer.now())) note(this.#outer, `${prefix}${line}`);
  }

  #draw(): void {
    if (this.#block === undefined || this.#stop === undefined) return;
    const frame = frameOf(this.#list, { ...this.#block.size, now: this.#outer.now(), begun: this.#begun });
    if (frame.length === 0) this.#erase();
    else if (this.#block.draw(frame.map((text) => ({ text })))) this.#isDrawn = true;
  }

  #erase(): void {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    this.#block?.finish([]);
  }

  /** The same output, for whole lines that are to stand above the block. */
  #above(output: TextOutput): TextOutput {
    const write = (chunk: string | Uint8Array): boolean => {
      const wasDrawn = this.#isDrawn && output.isTTY === true;
      if (wasDrawn) this.#erase();
      const went = output.write(chunk);
      if (wasDrawn) this.#draw();
      return went;
    };
    return new Proxy(output, {
      get(target, key) {
        if (key === 'write') return write;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }
}

const keyOf = ({ kind, namespace = '', name }: Awaited): string => `${kind.group}/${kind.kind} ${namespace}/${name}`;

/** With its namespace only where another one is called the same. */
function namesOf(one: Awaited, all: readonly Awaited[]): { readonly short: string; readonly shown: string } {
  const { kind, name, namespace } = one;
  const isOnly = all.every((other) => other.kind !== kind || other.name !== name || other.namespace === namespace);
  const suffix = isOnly || namespace === undefined ? '' : ` in ${namespace}`;
  return { short: `${kind.singular}/${name}${suffix}`, shown: `${shownName(kind, name)}${suffix}` };
}
