import type { Builder, Secret } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { KubeObject } from '../../schemas/object.ts';
import {
  builderEndpoint,
  BuilderEndpointError,
  SYSTEM_NAMESPACE,
  type ParsedEndpoint,
} from '../../schemas/values/builder-endpoint.ts';
import { ReconcileError, type Key, type Reader, type WatchedKind } from '../engine/contract.ts';
import { keyOf } from '../engine/keys.ts';
import { BUILDER, type Context } from './deps.ts';

const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const;

/** Name of the Secret with its certificates. */
export const secretOf = ({ spec }: Builder): string | undefined => spec.tls?.secretRef.name;

/** A Secret wakes the Builders that have their certificates from it. */
export const watchedSecrets: WatchedKind = {
  kind: SECRET,
  map: ({ metadata: { namespace, name } }: KubeObject, reader: Reader): readonly Key[] =>
    namespace === SYSTEM_NAMESPACE
      ? reader.list<Builder>(BUILDER, { index: { name: 'secret', value: name } }).map(keyOf)
      : [],
};

/** The endpoint that its spec names. Throws: stalled where it is none, waiting for the Secret of its certificates. */
export function givenEndpoint(builder: Builder, url: string, { reader }: Context): ParsedEndpoint {
  const { tls } = builder.spec;
  if (tls === undefined) return read(() => builderEndpoint(url), 'spec.endpoint');
  const { name } = tls.secretRef;
  const secret = reader.get<Secret>(SECRET, SYSTEM_NAMESPACE, name);
  if (secret === undefined) {
    const message = `Secret ${SYSTEM_NAMESPACE}/${name} is not there: its ca.crt is needed`;
    throw new ReconcileError({ type: 'waiting', reason: REASONS.SecretNotFound, message });
  }
  const { serverName } = tls;
  const source = { data: secret.data ?? {}, ...(serverName === undefined ? {} : { serverName }) };
  return read(() => builderEndpoint(url, source), `Secret ${SYSTEM_NAMESPACE}/${name}`);
}

function read(parse: () => ParsedEndpoint, where: string): ParsedEndpoint {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof BuilderEndpointError)) throw error;
    const message = `${where}: ${error.message}`;
    throw new ReconcileError({ type: 'stalled', reason: REASONS.InvalidSpec, message }, { cause: error });
  }
}
