import type { Container, ContainerSpec, ContainerVolume, ContainerVolumeMount } from '../../../schemas/gen/types.ts';
import type { SheetRow } from '../../output/sheet.ts';

/** Where each mount comes from, and what a change of its content does. */
export const mountRows = ({ spec }: Container): readonly SheetRow[] =>
  (spec.volumeMounts ?? []).map((mount) => [mount.mountPath, mountText(mount, spec)]);

function mountText(
  { name, subPath, readOnly, onChange }: ContainerVolumeMount,
  { volumes = [] }: ContainerSpec,
): string {
  const source = volumes.find((one) => one.name === name);
  const below = subPath === undefined || subPath === '' ? '' : `, path ${subPath}`;
  const from = source === undefined ? name : sourceText(source);
  return `${from}${below} (${readOnly === true ? 'ro' : 'rw'})${changeText(onChange)}`;
}

function sourceText({ volume, emptyDir, hostPath, configMap, secret, name }: ContainerVolume): string {
  if (volume !== undefined) return `volume ${volume.name}`;
  if (hostPath !== undefined) return `host path ${hostPath.path}`;
  if (configMap !== undefined) return `configmap ${configMap.name ?? ''}`;
  if (secret !== undefined) return `secret ${secret.secretName ?? ''}`;
  return emptyDir === undefined ? name : `empty directory ${name}${emptyDir.medium === 'Memory' ? ' in memory' : ''}`;
}

function changeText({ action = 'None', signal = 'SIGHUP', exec }: ContainerVolumeMount['onChange'] = {}): string {
  if (action === 'None') return '';
  const detail = action === 'Signal' ? ` ${signal}` : action === 'Exec' ? ` [${exec?.command.join(' ') ?? ''}]` : '';
  return `, on change ${action}${detail}`;
}
