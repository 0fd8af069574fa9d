import type { Container, ContainerVolumeMount, ContainerStatus } from '../../schemas/gen/types.ts';
import { fingerprint } from '../../schemas/values/fingerprint.ts';
import { ReconcileError, type Reader } from '../engine/contract.ts';
import { environmentPlaces, resolveEnvironment } from './environment.ts';
import { projectedFiles } from './projections.ts';

export type OnChange = NonNullable<ContainerVolumeMount['onChange']>;

/** One place where a ConfigMap or Secret shows, whose changes matter. */
export interface Place {
  /** The path of a mount, or `env:<kind>/<name>`. */
  readonly source: string;
  readonly onChange: OnChange;
  /** Of the content as it is now; undefined: it is not there, or not whole. */
  readonly hash: string | undefined;
  /** It shows what it held at the start of the process. */
  readonly frozen: boolean;
}

export interface Configuration {
  readonly places: readonly Place[];
  /** What is needed and not there. */
  readonly missing: readonly { readonly reason: string; readonly message: string }[];
}

type Records = ContainerStatus['configuration'];

/** What the ConfigMaps and Secrets of a Container hold now, in all places with a consequence. */
export function readConfiguration(container: Container, reader: Reader): Configuration {
  const missing: { reason: string; message: string }[] = [];
  const look = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ReconcileError) || error.outcome.type === 'settled') throw error;
      const { reason, message } = error.outcome;
      // A field that cannot be read is none of theirs.
      if (error.outcome.type === 'waiting') missing.push({ reason, message });
      return undefined;
    }
  };
  look(() => resolveEnvironment(container, reader));
  const hashes = new Map<string, string | undefined>();
  for (const volume of mountedSources(container)) {
    const files = look(() => projectedFiles(container, volume, reader));
    hashes.set(volume.name, files && fingerprint(files.map(({ path, content }) => [path, textOf(content)])));
  }
  return { places: [...environmentOf(container, reader), ...mountsOf(container, hashes)], missing };
}

const textOf = (content: Uint8Array): string => Buffer.from(content).toString('base64');

function mountedSources({ spec }: Container) {
  const mounted = new Set((spec.volumeMounts ?? []).map(({ name }) => name));
  return (spec.volumes ?? []).filter(
    ({ name, configMap, secret }) => mounted.has(name) && (configMap !== undefined || secret !== undefined),
  );
}

function environmentOf(container: Container, reader: Reader): readonly Place[] {
  const { action = 'None' } = container.spec.envOnChange ?? {};
  if (action === 'None') return [];
  return environmentPlaces(container, reader).map(({ source, values }) => ({
    source: `env:${source}`,
    onChange: { action },
    hash: values && fingerprint(values),
    frozen: false,
  }));
}

/** Mounts with a consequence, and those that do not follow: status tells when they are behind. */
function mountsOf({ spec }: Container, hashes: ReadonlyMap<string, string | undefined>): readonly Place[] {
  return (spec.volumeMounts ?? []).flatMap(({ name, mountPath, subPath = '', onChange = {} }) => {
    const frozen = subPath !== '';
    const matters = frozen || (onChange.action ?? 'None') !== 'None';
    if (!hashes.has(name) || !matters) return [];
    return [{ source: mountPath, onChange, hash: hashes.get(name), frozen }];
  });
}

/** Places whose content is another than what the process was told of last. What vanished is no change: the process keeps what it has. */
export function changedPlaces({ places }: Configuration, records: Records): readonly Place[] {
  return places.filter(({ source, hash }) => {
    const known = recordOf(records, source);
    return hash !== undefined && known !== undefined && known !== hash;
  });
}

/** What a process that starts now is told. */
export const startedWith = ({ places }: Configuration): Records =>
  records(places.map(({ source, hash }) => ({ source, hash: hash ?? '' })));

/** What a process that runs has been told, after these changes were acted on. New places count from now on. */
export function toldOf({ places }: Configuration, before: Records, acted: ReadonlySet<string>): Records {
  return records(
    places.map(({ source, hash = '' }) => {
      const known = recordOf(before, source);
      return { source, hash: known === undefined || acted.has(source) ? hash : known };
    }),
  );
}

const records = (list: NonNullable<Records>): Records => (list.length === 0 ? undefined : list);

const recordOf = (records: Records, source: string): string | undefined =>
  records?.find((record) => record.source === source)?.hash;

/**
 * What stands for content of ConfigMaps and Secrets in the name of the instance that is wanted. It is that of the instance which ran last, until content
 * changed for which another one is to be made. Nothing is kept of a change before that has started: should the content change back, or
 * the Container be paused, there is nothing to do. What ended for good is not made again.
 */
export function wantedConfigurationHash(
  { spec }: Container,
  configuration: Configuration,
  { configuration: told, configurationHash: last, state }: Readonly<Partial<ContainerStatus>>,
): string | undefined {
  const { places, missing } = configuration;
  if (spec.paused || missing.length > 0 || state?.terminated !== undefined) return last;
  if (!changedPlaces(configuration, told).some(isRecreated)) return last;
  return fingerprint([last ?? '', places.filter(isRecreated).map(({ source, hash }) => [source, hash])]);
}

export const isRecreated = ({ onChange }: Place): boolean => onChange.action === 'Recreate';
