/** What is done about a process that runs on: how it is reached and looked after, and what changed under it. */
import type { Container, ContainerVolume } from '../../../schemas/gen/types.ts';
import { changedFields } from '../../../schemas/values/container-change.ts';
import { fingerprint } from '../../../schemas/values/fingerprint.ts';
import type { PlanContext, PlannedStep, Reader } from '../../engine/contract.ts';
import { changedPlaces } from '../configuration.ts';
import { projectedFiles } from '../projections.ts';
import type { Look } from '../work.ts';
import { placeWords } from './causes.ts';

const DEFAULT_SIGNAL = 'SIGHUP';

/** Fields that are followed at once. Limits are the plan's own; all others count when they are needed next. */
const FOLLOWED: Readonly<Record<string, string>> = {
  ports: 'UpdatePorts',
  networks: 'UpdateNetworks',
  publishNotReadyAddresses: 'UpdateNames',
  logging: 'UpdateLogLimits',
  livenessProbe: 'UpdateProbes',
  readinessProbe: 'UpdateProbes',
  startupProbe: 'UpdateProbes',
};

export interface InPlace {
  readonly steps: readonly PlannedStep[];
  /** Fields that differ, and for which nothing is done now. */
  readonly later: readonly string[];
}

export function inPlace(look: Look, context: PlanContext): InPlace {
  const { container } = look;
  const { apiVersion, kind, metadata } = container;
  const present = context.before.get<Container>({ apiVersion, kind }, metadata.namespace, metadata.name);
  const fields = present === undefined ? [] : changedFields(present.spec, container.spec).inPlace;
  const followed = fields.flatMap((name) => {
    const type = FOLLOWED[name];
    return type === undefined ? [] : [{ type, target: `spec.${name}`, cause: `spec.${name} changed` }];
  });
  const later = fields
    .filter((name) => FOLLOWED[name] === undefined && name !== 'resources')
    .map((name) => `spec.${name}`);
  return { steps: [...followed, ...changedFiles(container, context), ...told(look)], later };
}

/** Files of ConfigMaps and Secrets whose content would be another one. */
function changedFiles(container: Container, { reader, before }: PlanContext): readonly PlannedStep[] {
  return (container.spec.volumes ?? []).flatMap((volume) => {
    const { name, configMap, secret } = volume;
    const mount = (container.spec.volumeMounts ?? []).find((each) => each.name === name && !each.subPath);
    const object = configMap === undefined ? `Secret ${secret?.secretName}` : `ConfigMap ${configMap.name}`;
    const now = contentOf(container, volume, reader);
    if (mount === undefined || now === undefined || now === contentOf(container, volume, before)) return [];
    return [{ type: 'UpdateFiles', target: mount.mountPath, cause: `${object} changed` }];
  });
}

/** Undefined where nothing is taken away or brought: it is not there, or not whole. */
function contentOf(container: Container, volume: ContainerVolume, reader: Reader): string | undefined {
  try {
    const files = projectedFiles(container, volume, reader);
    return files && fingerprint(files.map(({ content, ...file }) => [file, Buffer.from(content).toString('base64')]));
  } catch {
    return undefined;
  }
}

/** What the process is told of changed content. */
function told({ container, configuration, context }: Look): readonly PlannedStep[] {
  return changedPlaces(configuration, context.status.current.configuration).flatMap((place): PlannedStep[] => {
    const { onChange, frozen } = place;
    const [cause = ''] = placeWords(container, [place]);
    if (frozen) return [];
    if (onChange.action === 'Signal') return [{ type: 'Signal', target: onChange.signal ?? DEFAULT_SIGNAL, cause }];
    // Its arguments may hold what nobody is to read.
    if (onChange.action === 'Exec') return [{ type: 'Exec', target: onChange.exec?.command[0] ?? '', cause }];
    return [];
  });
}
