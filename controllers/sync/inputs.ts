import type { ReadFilesOptions } from '../../runtime/ports/manifest-files.ts';
import type { SyncSource } from '../../runtime/ports/sync-sources.ts';
import type { ConfigMap, Secret, Sync } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Reader } from '../engine/contract.ts';
import { CONFIG_MAP, SECRET } from './names.ts';
import { secretEntries, secretOf, stalled, versionOf, waiting } from './references.ts';
import { sourceOf } from './source.ts';

type Variables = Readonly<Record<string, string>>;

/** What the spec says and refers to in ConfigMaps, Secrets and the environment, found. */
export interface SyncInputs {
  readonly source: SyncSource;
  readonly reading: ReadFilesOptions;
  /** Absent: nothing is substituted. */
  readonly substitute?: { readonly variables: Variables; readonly strict: boolean };
  /** Versions of the Secrets that fetching and reading need; never what is in them. */
  readonly fetchVersions: readonly string[];
  /** What stands for the variables, without the values of Secrets. */
  readonly variableVersions: readonly unknown[];
}

/** Throws a waiting outcome for what is missing, a stalled one for what cannot be. */
export function syncInputs(sync: Sync, reader: Reader, env: Readonly<NodeJS.ProcessEnv>): SyncInputs {
  const { spec } = sync;
  const fetchVersions: string[] = [];
  const secret = (name: string): Secret => {
    const found = secretOf(sync, name, reader);
    fetchVersions.push(versionOf(found));
    return found;
  };
  const source = sourceOf(spec.source, secret);
  const ageIdentities = spec.decryption && identitiesIn(secret(spec.decryption.secretRef.name));
  return {
    source,
    reading: {
      ...(spec.path === undefined ? {} : { subdirectory: subdirectory(spec.path) }),
      ...(ageIdentities === undefined ? {} : { ageIdentities }),
    },
    fetchVersions,
    ...substitution(sync, reader, env),
  };
}

function subdirectory(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw stalled(REASONS.InvalidSpec, `spec.path: ${path} leads out of the source`);
  return parts.join('/');
}

function identitiesIn(secret: Secret): readonly string[] {
  const entries = secretEntries(secret).filter(([key]) => key.endsWith('.agekey'));
  const { namespace, name } = secret.metadata;
  if (entries.length === 0) {
    throw waiting(REASONS.KeyNotFound, `Secret ${namespace}/${name} has no key that ends in .agekey`);
  }
  return entries.map(([, bytes]) => bytes.toString('utf8'));
}

function substitution(
  sync: Sync,
  reader: Reader,
  env: Readonly<NodeJS.ProcessEnv>,
): Pick<SyncInputs, 'substitute' | 'variableVersions'> {
  const { substitute } = sync.spec;
  if (substitute === undefined) return { variableVersions: [] };
  const { vars = {}, from = [], env: names = [], strict = true } = substitute;
  const ofEnvironment = names.flatMap((name): [string, string][] => {
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    return value === undefined ? [] : [[name, value]];
  });
  const objects = from.flatMap((source) => variableSource(sync, source, reader) ?? []);
  const variables: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of [...ofEnvironment, ...objects.flatMap(({ entries }) => entries), ...Object.entries(vars)])
    variables[name] = value;
  return {
    substitute: { variables, strict },
    variableVersions: [vars, ofEnvironment, strict, objects.map(({ version }) => version)],
  };
}

interface VariableSource {
  readonly entries: readonly (readonly [string, string])[];
  readonly version: string;
}

type From = NonNullable<NonNullable<Sync['spec']['substitute']>['from']>[number];

function variableSource(
  { metadata }: Sync,
  { kind, name, optional }: From,
  reader: Reader,
): VariableSource | undefined {
  const { namespace } = metadata;
  const isSecret = kind === 'Secret';
  const found = reader.get<Secret | ConfigMap>(isSecret ? SECRET : CONFIG_MAP, namespace, name);
  if (found === undefined) {
    if (optional) return undefined;
    throw waiting(
      isSecret ? REASONS.SecretNotFound : REASONS.ConfigMapNotFound,
      `${kind} ${namespace}/${name} is not there`,
    );
  }
  const entries = isSecret
    ? secretEntries(found as Secret).map(([key, bytes]) => [key, bytes.toString('utf8')] as const)
    : Object.entries((found as ConfigMap).data ?? {});
  return { entries, version: `${kind} ${versionOf(found)}` };
}
