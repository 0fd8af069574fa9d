import type { ApiContext } from '../context.ts';
import type { RequestAttributes } from '../pipeline/attributes.ts';
import type { ApiRequest } from '../pipeline/request.ts';
import type { CallContext, Capabilities, ServedResource } from '../registry/resource.ts';

/** A request for a resource that is served: what every verb's handler gets. */
export interface ResourceCall {
  readonly context: ApiContext;
  readonly request: ApiRequest;
  readonly attributes: RequestAttributes;
  readonly resource: ServedResource;
  /** Of the resource itself, or of the subresource that was asked for. */
  readonly capabilities: Capabilities;
  /** For the capabilities. */
  readonly call: CallContext;
}
