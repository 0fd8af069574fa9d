import type { CallContext, CachePruneQuery, Capabilities } from '../../api/registry/resource.ts';
import type { ApiServer } from '../../api/server.ts';
import { badRequest, serviceUnavailable, StatusError } from '../../api/status-error.ts';
import { isRuntimeError } from '../../runtime/errors.ts';
import type { Builder as BuildKit, BuilderEndpoint, Builders } from '../../runtime/ports/builders.ts';
import type { Builder, Secret } from '../../schemas/gen/types.ts';
import {
  BuilderEndpointError,
  endpointOfBuilder,
  SYSTEM_NAMESPACE,
  tlsSecretOf,
} from '../../schemas/values/builder-endpoint.ts';

/** Gives Builders their subresources `cache` and `prune`, which discovery shows from then on. */
export function serveBuilderCache({ registry }: Pick<ApiServer, 'registry'>, builders: Builders): void {
  const resource = registry.find('tsmoby.dev', 'v1alpha1', 'builders');
  const secrets = registry.find('', 'v1', 'secrets');
  if (resource === undefined) return;
  const secretOf = async (context: CallContext, name: string): Promise<Secret | undefined> => {
    const attributes = { ...context.attributes, namespace: SYSTEM_NAMESPACE };
    try {
      return (await secrets?.capabilities.get?.({ ...context, attributes }, name))?.object() as Secret | undefined;
    } catch (error) {
      if (error instanceof StatusError && error.status.code === 404) return undefined;
      throw error;
    }
  };
  const find = async (context: CallContext, name: string): Promise<BuilderEndpoint> => {
    const builder = (await resource.capabilities.get?.(context, name))?.object() as Builder;
    const url = urlOf(builder);
    const secretName = tlsSecretOf(builder);
    const secret = secretName === undefined ? undefined : await secretOf(context, secretName);
    try {
      return endpointOfBuilder(builder, url, () => secret);
    } catch (error) {
      throw error instanceof BuilderEndpointError ? badRequest(`builder "${name}": ${error.message}`) : error;
    }
  };
  const ask = async <T>(
    context: CallContext,
    name: string,
    question: (builder: BuildKit) => Promise<T>,
  ): Promise<T> => {
    using builder = builders.open(await find(context, name));
    try {
      return await question(builder);
    } catch (error) {
      throw isRuntimeError(error) ? refusalOf(error, name) : error;
    }
  };
  const cache: Capabilities = {
    readCache: async (context, name) => lines(await ask(context, name, (builder) => builder.usage(context.signal))),
  };
  const prune: Capabilities = {
    async pruneCache(context, name, query) {
      const { records, bytes } = await ask(context, name, (builder) => builder.prune(optionsOf(query), context.signal));
      return { records, reclaimedBytes: bytes };
    },
  };
  const subresources = new Map([...resource.subresources, ['cache', cache], ['prune', prune]] as const);
  registry.add({ ...resource, subresources });
}

function urlOf({ metadata: { name }, status }: Builder): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True' && status?.endpoint !== undefined) return status.endpoint;
  const why = ready === undefined ? 'it was not looked at yet' : `${ready.reason}: ${ready.message}`;
  throw badRequest(`builder ${JSON.stringify(name)} does not run: ${why}`);
}

/** A filter that cannot be read is the caller's fault. */
function refusalOf(error: Error & { readonly code: string }, name: string): Error {
  const said = `builder ${JSON.stringify(name)}: ${error.message}`;
  return error.code === 'Unavailable' || error.code === 'DeadlineExceeded'
    ? serviceUnavailable(said)
    : badRequest(said);
}

const optionsOf = ({ keepBytes, keepDurationMs, all, filters }: CachePruneQuery): Parameters<BuildKit['prune']>[0] => ({
  ...(keepBytes === undefined ? {} : { keepBytes }),
  ...(keepDurationMs === undefined ? {} : { keepDurationMs }),
  all,
  filters,
});

async function* lines(records: readonly object[]): AsyncGenerator<Uint8Array> {
  for (const record of records) yield Buffer.from(`${JSON.stringify(record)}\n`);
}
