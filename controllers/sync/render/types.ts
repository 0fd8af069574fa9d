import type { FileProblem, ReadFiles } from '../../../runtime/ports/manifest-files.ts';
import type { KindRef, ObjectInput } from '../../../schemas/object.ts';

export type Scope = 'Cluster' | 'Namespaced';

/** Undefined: no such kind is served. Asked for each kind once a render. */
export type ScopeOf = (ref: KindRef) => Scope | undefined;

export interface Substitution {
  readonly variables: Readonly<Record<string, string>>;
  /** A variable without value and default is an error; else it is empty. */
  readonly strict: boolean;
}

export interface RenderOptions {
  /** For objects that name none. */
  readonly namespace: string;
  readonly scopeOf: ScopeOf;
  /** Absent: nothing is substituted. */
  readonly substitute?: Substitution;
}

/** One object, ready to be sent: variables and namespace filled in, paths absolute, without status and what the server alone sets. */
export interface RenderedObject {
  readonly object: ObjectInput & { readonly metadata: { readonly name: string } };
  readonly scope: Scope;
  /** Path of its file, as ManifestFile has it. */
  readonly file: string;
  /** sha256:… of `object`, whatever the order of its fields. */
  readonly digest: string;
  /** `file:line:column` of a field (`spec.ports[0].name`), or of the nearest thing above it; without a path, of the object. */
  readonly place: (path?: string) => string;
}

/** What is wrong with a file, or with one object of it. */
export interface RenderProblem extends FileProblem {
  /** The path of its file: it spoils that one. */
  readonly path: string;
}

export interface Rendered {
  /**
   * In order of file and place. The very same RenderedObject comes back when its file, the variables and the namespace are the same. None of them
   * stands twice: of two with one identity neither is here.
   */
  readonly objects: readonly RenderedObject[];
  /** Those of the files too. */
  readonly problems: readonly RenderProblem[];
  /**
   * Paths of files (or of directories, then of all files below) some of whose objects are not here because something is wrong: what they held before is
   * to be kept. `isSpoiled` asks it.
   */
  readonly spoiled: ReadonlySet<string>;
  /** sha256:… over identity, file and digest of all objects, and over the problems. */
  readonly digest: string;
}

/** Remembers what it made of each ManifestFile for as long as somebody holds that. */
export interface Renderer {
  /** Rejects when the signal aborts; never for what is in the files. */
  render(read: ReadFiles, options: RenderOptions, signal?: AbortSignal): Promise<Rendered>;
}
