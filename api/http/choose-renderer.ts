import type { ApiRequest } from '../pipeline/request.ts';
import type { ServedResource } from '../registry/resource.ts';
import { protobufRenderer } from './protobuf.ts';
import { rendererFor, type Renderer } from './render.ts';
import { asYaml } from './yaml.ts';

/** How a request wants to see objects of a resource. Throws StatusErrors for what cannot be. */
export async function chooseRenderer(
  { representation, parameters }: Pick<ApiRequest, 'representation' | 'parameters'>,
  resource: ServedResource,
  now: () => number,
): Promise<Renderer> {
  if (representation.encoding === 'protobuf') return protobufRenderer({ representation, parameters, resource });
  const renderer = rendererFor({ representation, parameters, resource, now });
  return representation.encoding === 'yaml' ? asYaml(renderer) : renderer;
}
