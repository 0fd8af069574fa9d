import type { BuildContexts } from '../../runtime/ports/build-contexts.ts';
import type { BuildLogs } from '../../runtime/ports/build-logs.ts';
import type { Containers } from '../../runtime/ports/containers.ts';
import type { Images } from '../../runtime/ports/images.ts';
import type { Logs } from '../../runtime/ports/logs.ts';
import type { Networks } from '../../runtime/ports/networks.ts';
import type { Probes } from '../../runtime/ports/probes.ts';
import type { Publications } from '../../runtime/ports/publications.ts';
import type { Sandboxes } from '../../runtime/ports/sandboxes.ts';
import type { Volumes } from '../../runtime/ports/volumes.ts';

export interface SweepPorts {
  readonly buildContexts: Pick<BuildContexts, 'list' | 'remove'>;
  readonly buildLogs: Pick<BuildLogs, 'list' | 'remove'>;
  readonly containers: Containers;
  readonly images: Images;
  readonly logs: Logs;
  readonly networks: Networks;
  readonly publications: Publications;
  readonly sandboxes: Sandboxes;
  readonly volumes: Volumes;
  readonly probes: Probes;
}

/** Uids of the objects that things of the runtime may belong to. */
export interface LiveObjects {
  readonly builds: ReadonlySet<string>;
  readonly containers: ReadonlySet<string>;
  readonly images: ReadonlySet<string>;
  readonly networks: ReadonlySet<string>;
  readonly volumes: ReadonlySet<string>;
}

/** One kind of thing that an object's finalizer would have removed, and how to remove what no object explains. */
export interface Holding {
  readonly what: string;
  readonly of: keyof LiveObjects;
  /** Names of what is there, with the uid each belongs to. */
  list(): Promise<readonly { readonly name: string; readonly uid: string }[]>;
  remove(name: string): Promise<unknown>;
}

const UID_LENGTH = 36;

/** Everything that is made for objects, in the order it is taken away: processes before what they use. */
export function holdings(ports: SweepPorts): readonly Holding[] {
  const { buildContexts, buildLogs, containers, images, logs, networks, probes, publications, sandboxes, volumes } =
    ports;
  const byUid = async (names: Promise<readonly string[]>) =>
    (await names).map((name) => ({ name, uid: name.slice(0, UID_LENGTH) }));
  const records = async (isOf: (kind: string) => boolean) =>
    (await images.list()).filter(({ owner }) => isOf(owner.kind)).map(({ name, owner }) => ({ name, uid: owner.uid }));
  return [
    {
      what: 'container',
      of: 'containers',
      list: async () => (await containers.list()).map(({ id, owner }) => ({ name: id, uid: owner.uid })),
      remove: (id) => containers.delete(id),
    },
    {
      what: 'probe',
      of: 'containers',
      list: () => byUid(Promise.resolve(probes.list())),
      remove: async (key) => probes.remove(key),
    },
    {
      what: 'publication',
      of: 'containers',
      list: () => byUid(publications.list()),
      remove: (uid) => publications.withdraw(uid),
    },
    { what: 'log', of: 'containers', list: () => byUid(logs.list()), remove: (uid) => logs.remove(uid) },
    { what: 'sandbox', of: 'containers', list: () => byUid(sandboxes.list()), remove: (id) => sandboxes.remove(id) },
    { what: 'network', of: 'networks', list: () => byUid(networks.list()), remove: (uid) => networks.remove(uid) },
    {
      what: 'projection',
      of: 'containers',
      list: () => byUid(volumes.leftovers().then(({ projections }) => projections)),
      remove: (key) => volumes.removeProjection(key),
    },
    {
      what: 'scratch directory',
      of: 'containers',
      list: () => byUid(volumes.leftovers().then(({ scratch }) => scratch)),
      remove: (uid) => volumes.removeScratch(uid),
    },
    {
      what: 'tmpfs',
      of: 'volumes',
      list: () => byUid(volumes.leftovers().then(({ tmpfs }) => tmpfs)),
      remove: (uid) => volumes.removeTmpfs({ namespace: '', name: '', uid }),
    },
    {
      what: 'image',
      of: 'images',
      list: () => records((kind) => kind !== 'Build'),
      remove: (name) => images.delete(name),
    },
    {
      what: "build's result",
      of: 'builds',
      list: () => records((kind) => kind === 'Build'),
      remove: (name) => images.delete(name),
    },
    {
      what: "build's context",
      of: 'builds',
      list: () => byUid(buildContexts.list()),
      remove: (uid) => buildContexts.remove(uid),
    },
    {
      what: "build's log",
      of: 'builds',
      list: () => byUid(buildLogs.list()),
      remove: (uid) => buildLogs.remove(uid),
    },
  ];
}
