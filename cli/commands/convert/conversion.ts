import type { Book } from './book/book.ts';
import type { Field } from './book/field.ts';
import type { Files } from './compose/files.ts';
import type { Variables } from './compose/variables.ts';
import type { Names } from './names.ts';
import type { Resources } from './project/resources.ts';

/** An object as it is written out. */
export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: object;
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly type?: string;
}

/** A service that is converted. */
export interface ServicePlan {
  /** What the Compose file calls it. */
  readonly key: string;
  readonly field: Field;
  /** Of its Containers, in their order; none with `scale: 0`. */
  readonly names: readonly string[];
}

/** What the parts of a conversion share. */
export interface Conversion {
  readonly book: Book;
  readonly files: Files;
  readonly variables: Variables;
  readonly project: string;
  readonly names: Names;
  readonly services: ReadonlyMap<string, ServicePlan>;
  /** Services that no profile enables, with their profiles. */
  readonly disabled: ReadonlyMap<string, readonly string[]>;
  readonly resources: Resources;
  readonly manifests: ManifestObject[];
  /** Paths of this machine that the daemon must allow. */
  readonly hostPaths: Set<string>;
  /** Names of Builds by what they build, so that one thing is built once. */
  readonly builds: Map<string, string>;
  /** References that a Build has. */
  readonly references: Set<string>;
  /** Names of Builds by the service that has them. */
  readonly buildOf: Map<string, string>;
  /** The same, converted first where that has not happened; undefined: the service has none. */
  buildFor(service: string): string | undefined;
  /** Names of Volumes that one Container has for itself, by its name and the path. */
  readonly ownVolumes: Map<string, string>;
  /** Volumes, by their key, that some service wants to have the content of its image. */
  readonly copied: Set<string>;
}

export const TSMOBY = 'tsmoby.dev/v1alpha1';

/** Tells the objects of one Compose project from others: `-l app.kubernetes.io/part-of=shop`. */
export const PROJECT_LABEL = 'app.kubernetes.io/part-of';
/** The service that a Container is of. */
export const SERVICE_LABEL = 'app.kubernetes.io/component';
