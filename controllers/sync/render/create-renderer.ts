/**
 * Files to objects. What is made of a file is remembered with it, step by step, so that a render of thousands of files that did not change is a walk
 * through a list: its documents; the drafts, with these variables; the objects, with this scope and namespace.
 */
import { hash } from 'node:crypto';
import type { ManifestFile, ReadFiles } from '../../../runtime/ports/manifest-files.ts';
import type { PlacedDocument } from '../../../schemas/text/manifest-thread.ts';
import { fingerprint } from '../../../schemas/values/fingerprint.ts';
import { inSlices } from '../../engine/slices.ts';
import { complete, type Completed } from './complete.ts';
import { DecodeFiles } from './decode-files.ts';
import { kindsDefinedBy, type DefinedKind } from './definitions.ts';
import { draftsOf, type Draft } from './draft.ts';
import { LinesOfFiles } from './lines.ts';
import { ScopeBook } from './scope-book.ts';
import type { Rendered, RenderedObject, Renderer, RenderOptions, RenderProblem, Scope } from './types.ts';

interface Drafted {
  /** Stands for the variables. */
  readonly key: string;
  readonly drafts: readonly Draft[];
  readonly defined: readonly DefinedKind[];
}

interface Remembered {
  readonly scope: Scope | undefined;
  readonly namespace: string;
  readonly completed: Completed;
}

type ObjectDraft = Draft & { readonly type: 'object' };

export function createRenderer(): Renderer {
  return new FileRenderer();
}

class FileRenderer implements Renderer {
  readonly #decoded = new DecodeFiles();
  readonly #drafted = new WeakMap<ManifestFile, Drafted>();
  readonly #completed = new WeakMap<ObjectDraft, Remembered>();
  readonly #lines = new LinesOfFiles();

  async render(read: ReadFiles, options: RenderOptions, signal = new AbortController().signal): Promise<Rendered> {
    const { files } = read;
    await this.#decoded.decode(files, signal);
    await this.#draft(files, options, signal);
    const problems: RenderProblem[] = [...read.problems];
    const scopes = new ScopeBook(
      options.scopeOf,
      files.flatMap((file) => this.#drafted.get(file)?.defined ?? []),
    );
    const found = new FoundObjects();
    await inSlices(
      this.#allDrafts(files),
      ([file, draft]) => {
        const made = draft.type === 'object' ? this.#complete(draft, scopes, options.namespace) : draft;
        if (made.type === 'object') found.add(made);
        else problems.push({ path: file.path, message: made.message, heals: 'heals' in made });
      },
      signal,
    );
    signal.throwIfAborted();
    await inSlices(found.doubled(), (doubled) => problems.push(doubled), signal);
    return await rendered(found.objects(), problems, signal);
  }

  async #draft(files: readonly ManifestFile[], { substitute }: RenderOptions, signal: AbortSignal): Promise<void> {
    const key = fingerprint(substitute ?? null, 64);
    const waiting = files.filter((file) => this.#drafted.get(file)?.key !== key);
    const drafts = new Map(waiting.map((file) => [file, [] as Draft[]]));
    const add = ([file, document]: readonly [ManifestFile, PlacedDocument]): void =>
      void drafts.get(file)?.push(...draftsOf(file, document, this.#lines, substitute));
    await inSlices(this.#documents(waiting), add, signal);
    signal.throwIfAborted();
    for (const [file, made] of drafts) {
      const decoded = this.#decoded.get(file);
      if (decoded.type === 'problem') made.push(decoded);
      const defined = made.flatMap((draft) => (draft.type === 'object' ? kindsDefinedBy(draft.value) : []));
      this.#drafted.set(file, { key, drafts: made, defined });
    }
  }

  *#documents(files: readonly ManifestFile[]): Iterable<readonly [ManifestFile, PlacedDocument]> {
    for (const file of files) {
      const decoded = this.#decoded.get(file);
      if (decoded.type === 'documents') for (const document of decoded.documents) yield [file, document];
    }
  }

  *#allDrafts(files: readonly ManifestFile[]): Iterable<readonly [ManifestFile, Draft]> {
    for (const file of files) for (const draft of this.#drafted.get(file)?.drafts ?? []) yield [file, draft];
  }

  #complete(draft: ObjectDraft, scopes: ScopeBook, namespace: string): Completed {
    const scope = scopes.of(draft);
    const known = this.#completed.get(draft);
    if (known?.scope === scope && known?.namespace === namespace) return known.completed;
    const completed = scope === undefined ? unknownKind(draft) : complete(draft, scope, namespace);
    this.#completed.set(draft, { scope, namespace, completed });
    return completed;
  }
}

/** Another look helps when somebody defines it. */
function unknownKind({ apiVersion, kind, place }: ObjectDraft): Completed {
  const message = `${place('kind')}: no matches for kind "${kind}" in version "${apiVersion}"; it is applied once its definition is there`;
  return { type: 'problem', message, heals: true };
}

/** Objects in order, without those that stand twice: nobody can tell which of them is meant. */
class FoundObjects {
  readonly #byIdentity = new Map<string, RenderedObject[]>();

  add({ identity, rendered: object }: Completed & { readonly type: 'object' }): void {
    const same = this.#byIdentity.get(identity);
    if (same === undefined) this.#byIdentity.set(identity, [object]);
    else same.push(object);
  }

  objects(): readonly RenderedObject[] {
    return [...this.#byIdentity.values()].flatMap((same) => (same.length === 1 ? same : []));
  }

  *doubled(): Iterable<RenderProblem> {
    for (const same of this.#byIdentity.values()) {
      if (same.length === 1) continue;
      const [first, second] = same.map((object) => object.place('metadata.name'));
      for (const { object, file, place } of same) {
        const where = object.metadata.namespace === undefined ? '' : ` in namespace ${object.metadata.namespace}`;
        const here = place('metadata.name');
        const other = here === first ? second : first;
        const what = `${object.kind} ${object.metadata.name}${where}`;
        yield { path: file, message: `${here}: ${what} stands twice: also at ${other}`, heals: false };
      }
    }
  }
}

async function rendered(
  objects: readonly RenderedObject[],
  problems: readonly RenderProblem[],
  signal: AbortSignal,
): Promise<Rendered> {
  const texts: string[] = [];
  const add = ({ object, file, digest }: RenderedObject): void => {
    const { apiVersion, kind, metadata } = object;
    texts.push(JSON.stringify([apiVersion, kind, metadata.namespace ?? null, metadata.name, file, digest]));
  };
  await inSlices(objects, add, signal);
  signal.throwIfAborted();
  for (const { path, message } of problems) texts.push(JSON.stringify([path, message]));
  return {
    objects,
    problems,
    spoiled: new Set(problems.map(({ path }) => path)),
    digest: `sha256:${hash('sha256', texts.join(''))}`,
  };
}
