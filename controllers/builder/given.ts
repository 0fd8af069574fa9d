import type { Builder, Secret } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { KubeObject } from '../../schemas/object.ts';
import {
  BuilderEndpointError,
  endpointOfBuilder,
  SYSTEM_NAMESPACE,
  type ParsedEndpoint,
} from '../../schemas/values/builder-endpoint.ts';
import { ReconcileError, type Key, type Reader, type WatchedKind } from '../engine/contract.ts';
import { keyOf } from '../engine/keys.ts';
import { BUILDER, type Context } from './deps.ts';

const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const;

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
  try {
    return endpointOfBuilder(builder, url, (name) => reader.get<Secret>(SECRET, SYSTEM_NAMESPACE, name));
  } catch (error) {
    if (!(error instanceof BuilderEndpointError)) throw error;
    throw new ReconcileError(outcomeOf(error), { cause: error });
  }
}

function outcomeOf({ fault, message }: BuilderEndpointError): ConstructorParameters<typeof ReconcileError>[0] {
  switch (fault) {
    case 'SecretNotFound':
      return { type: 'waiting', reason: REASONS.SecretNotFound, message };
    case 'Secret':
      return { type: 'stalled', reason: REASONS.InvalidSpec, message };
    case 'Url':
      return { type: 'stalled', reason: REASONS.InvalidSpec, message: `spec.endpoint: ${message}` };
  }
}
