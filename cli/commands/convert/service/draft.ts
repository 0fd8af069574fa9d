import type {
  ContainerNetwork,
  ContainerPort,
  ContainerSecurityContext,
  ContainerSpec,
  ContainerVolume,
  ContainerVolumeMount,
} from '../../../../schemas/gen/types.ts';
import type { Field } from '../book/field.ts';
import type { Conversion, ServicePlan } from '../conversion.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A port of one service; replicas get one host port each. */
export interface PortWish {
  readonly port: ContainerPort;
  /** Host ports to choose from, where the file gives a range of them for one port. */
  readonly choice?: readonly number[];
  readonly field: Field;
}

/** A place in the container, and what appears there. */
export interface Mount {
  readonly source: Omit<ContainerVolume, 'name'>;
  /** What the entry of `volumes` is called, as far as that is possible. */
  readonly label: string;
  readonly mount: Omit<ContainerVolumeMount, 'name'>;
  /** A Volume that every replica has for itself: its name is that of the container and this. */
  readonly own?: string;
}

/** The Containers of a service while they are put together. */
export class ServiceDraft {
  readonly plan: ServicePlan;
  readonly c: Conversion;
  readonly spec: Writable<ContainerSpec> = {};
  readonly security: Writable<ContainerSecurityContext> = {};
  readonly sysctls = new Map<string, string>();
  readonly labels: Record<string, string> = {};
  readonly annotations: Record<string, string> = {};
  readonly envFiles: ReadonlyMap<string, string>[] = [];
  readonly environment = new Map<string, string | undefined>();
  readonly aliases = new Set<string>();
  readonly networks = new Map<
    string,
    ContainerNetwork & { readonly internal: boolean; readonly order: readonly number[] }
  >();
  readonly ports: PortWish[] = [];
  readonly mounts = new Map<string, Mount>();
  readonly limits: Record<string, string> = {};
  readonly requests: Record<string, string> = {};
  entrypoint: readonly string[] | undefined;
  command: readonly string[] | undefined;
  image: string | undefined;
  platform: string | undefined;
  build: Field | undefined;
  /** Names of services whose mounts are wanted, too. */
  readonly volumesFrom: { readonly field: Field; readonly service: string; readonly readOnly: boolean }[] = [];
  networkMode: Field | undefined;

  constructor(plan: ServicePlan, conversion: Conversion) {
    this.plan = plan;
    this.c = conversion;
  }

  /** How the report calls a field of the object: `Container/web spec.image`. */
  at(path: string): string {
    const [first, ...more] = this.plan.names;
    const shown = first === undefined ? this.plan.key : more.length === 0 ? first : `${first}…${more.at(-1) ?? ''}`;
    return `Container/${shown} ${path}`;
  }

  mount(path: string, mount: Mount): void {
    this.mounts.set(path, mount);
  }
}
