import type { Builder } from '../../../schemas/gen/types.ts';
import { BuilderEndpointError, parseBuilderEndpoint } from '../../../schemas/values/builder-endpoint.ts';
import { UsageError } from '../../errors.ts';
import { print } from '../../io.ts';
import type { BuilderAction } from './actions.ts';

/** A Builder at an endpoint, or one that tsmoby runs. */
export const createBuilder: BuilderAction = async ({ flags, args, io, session }) => {
  const [name, ...more] = args;
  if (name === undefined || more.length > 0) throw new UsageError('you must name one builder: create NAME');
  const { endpoint } = flags;
  if (endpoint !== undefined) checkEndpoint(endpoint);
  const spec = endpoint === undefined ? { managed: true } : { endpoint };
  const { client } = await session();
  const object = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Builder', metadata: { name }, spec } as const;
  await client.create<Builder>(object, { signal: io.signal });
  await print(io.stdout, `builder.tsmoby.dev/${name} created\n`);
  return 0;
};

function checkEndpoint(url: string): void {
  try {
    parseBuilderEndpoint(url);
  } catch (error) {
    if (error instanceof BuilderEndpointError) throw new UsageError(`--endpoint ${error.message}`);
    throw error;
  }
}
