import type { Container, ContainerEnv, ConfigMap, Secret } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { ReconcileError, type Reader } from '../engine/contract.ts';
import { expand } from './expand.ts';
import { fieldValue } from './field-ref.ts';

type Source = ConfigMap | Secret;
type SourceKind = 'ConfigMap' | 'Secret';

/** Names that a shell could not use are left out of `envFrom`, as Kubernetes does. */
const ENV_NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const UTF8 = new TextDecoder('utf-8');

/**
 * The variables that the spec asks for, in order: sources, then single ones, each of which may refer to those before it. Throws a
 * waiting outcome that names the ConfigMap, Secret or key that is missing.
 */
export function resolveEnvironment(container: Container, reader: Reader): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const { prefix = '', configMapRef, secretRef } of container.spec.envFrom ?? []) {
    const kind = configMapRef === undefined ? 'Secret' : 'ConfigMap';
    const reference = configMapRef ?? secretRef;
    const source = reference && findSource(container, reader, kind, reference);
    for (const [key, value] of source ? texts(source) : []) {
      if (ENV_NAME.test(prefix + key)) variables.set(prefix + key, value);
    }
  }
  for (const variable of container.spec.env ?? []) {
    const value = variableValue(variable, container, reader, variables);
    if (value !== undefined) variables.set(variable.name, value);
  }
  return variables;
}

/** One ConfigMap or Secret that the environment refers to: `ConfigMap/site`. */
export interface EnvironmentPlace {
  readonly source: string;
  /** Everything of it that becomes a variable; undefined while it, or a key that is needed, is not there. */
  readonly values: readonly unknown[] | undefined;
}

/** The objects that the environment refers to, each once, with what they give now. */
export function environmentPlaces(container: Container, reader: Reader): readonly EnvironmentPlace[] {
  const keys = new Map<
    string,
    { kind: SourceKind; name: string; wanted: (string | undefined)[]; optional: boolean[] }
  >();
  const refer = (kind: SourceKind, name: string, key: string | undefined, optional = false): void => {
    const place = keys.get(`${kind}/${name}`) ?? { kind, name, wanted: [], optional: [] };
    keys.set(`${kind}/${name}`, place);
    place.wanted.push(key);
    place.optional.push(optional);
  };
  for (const { configMapRef, secretRef } of container.spec.envFrom ?? []) {
    if (configMapRef !== undefined) refer('ConfigMap', configMapRef.name, undefined);
    if (secretRef !== undefined) refer('Secret', secretRef.name, undefined);
  }
  for (const { valueFrom: { configMapKeyRef, secretKeyRef } = {} } of container.spec.env ?? []) {
    if (configMapKeyRef) refer('ConfigMap', configMapKeyRef.name, configMapKeyRef.key, configMapKeyRef.optional);
    if (secretKeyRef) refer('Secret', secretKeyRef.name, secretKeyRef.key, secretKeyRef.optional);
  }
  return [...keys].map(([source, { kind, name, wanted, optional }]) => {
    const found = findSource(container, reader, kind, { name, optional: true });
    const all = found && texts(found);
    const lacks = all && wanted.some((key, index) => key !== undefined && !optional[index] && !all.has(key));
    const values =
      all && !lacks ? wanted.map((key) => (key === undefined ? [...all] : [key, all.get(key)])) : undefined;
    return { source, values };
  });
}

function variableValue(
  { value, valueFrom }: ContainerEnv,
  container: Container,
  reader: Reader,
  variables: ReadonlyMap<string, string>,
): string | undefined {
  if (valueFrom === undefined) return expand(value ?? '', variables);
  const { configMapKeyRef, secretKeyRef, fieldRef } = valueFrom;
  if (fieldRef !== undefined) return fieldValue(container, fieldRef.fieldPath);
  const kind = configMapKeyRef === undefined ? 'Secret' : 'ConfigMap';
  const reference = configMapKeyRef ?? secretKeyRef;
  const source = reference && findSource(container, reader, kind, reference);
  if (reference === undefined || source === undefined) return undefined;
  const found = texts(source).get(reference.key);
  if (found !== undefined || reference.optional) return found;
  throw missing(REASONS.KeyNotFound, `${describe(container, kind, reference.name)} has no key ${reference.key}`);
}

/** The ConfigMap or Secret; undefined when it is missing and may be. */
export function findSource(
  { metadata }: Container,
  reader: Reader,
  kind: SourceKind,
  { name, optional = false }: { readonly name: string; readonly optional?: boolean },
): Source | undefined {
  const source = reader.get<Source>({ apiVersion: 'v1', kind }, metadata.namespace, name);
  if (source !== undefined || optional) return source;
  const reason = kind === 'Secret' ? REASONS.SecretNotFound : REASONS.ConfigMapNotFound;
  throw missing(reason, `${describe({ metadata }, kind, name)} is not there; create it, or mark it optional`);
}

/** Every key of a ConfigMap or Secret with its bytes. */
export function contents(source: Source): ReadonlyMap<string, Uint8Array> {
  const decoded = Object.entries(source.kind === 'Secret' ? (source.data ?? {}) : (source.binaryData ?? {}));
  const plain = Object.entries(source.kind === 'ConfigMap' ? (source.data ?? {}) : {});
  return new Map([
    ...decoded.map(([key, base64]) => [key, Buffer.from(base64, 'base64')] as const),
    ...plain.map(([key, text]) => [key, Buffer.from(text)] as const),
  ]);
}

function texts(source: Source): ReadonlyMap<string, string> {
  return new Map([...contents(source)].map(([key, bytes]) => [key, UTF8.decode(bytes)]));
}

const describe = ({ metadata }: Pick<Container, 'metadata'>, kind: SourceKind, name: string): string =>
  `${kind} ${metadata.namespace}/${name}`;

const missing = (reason: string, message: string): ReconcileError =>
  new ReconcileError({ type: 'waiting', reason, message });
