import type { BuilderEndpoint } from '../../ports/builders.ts';
import { buildkitdEndpoint } from './buildkitd.ts';
import { dockerdEndpoint } from './dockerd.ts';
import type { Endpoint } from './endpoint.ts';

/** Opens nothing yet. */
export function openEndpoint(endpoint: BuilderEndpoint): Endpoint {
  return endpoint.type === 'docker' ? dockerdEndpoint(endpoint) : buildkitdEndpoint(endpoint);
}
