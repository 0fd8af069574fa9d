/** What a Container's spec refers to by name, in its own namespace. */
import type { ContainerSpec } from '../gen/types.ts';

type Spec = Partial<ContainerSpec>;

export const volumeNames = ({ volumes = [] }: Spec): readonly string[] =>
  volumes.flatMap(({ volume }) => (volume === undefined ? [] : [volume.name]));

/** As files or as variables. */
export const configMapNames = ({ volumes = [], env = [], envFrom = [] }: Spec): readonly string[] => [
  ...volumes.flatMap(({ configMap }) => (configMap === undefined ? [] : [configMap.name])),
  ...env.flatMap(({ valueFrom }) => valueFrom?.configMapKeyRef?.name ?? []),
  ...envFrom.flatMap(({ configMapRef }) => configMapRef?.name ?? []),
];

/** As files or as variables. */
export const secretNames = ({ volumes = [], env = [], envFrom = [] }: Spec): readonly string[] => [
  ...volumes.flatMap(({ secret }) => (secret === undefined ? [] : [secret.secretName])),
  ...env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []),
  ...envFrom.flatMap(({ secretRef }) => secretRef?.name ?? []),
];
