/**
 * The one way in. Every request, from a socket or from a controller in this process, is authenticated, authorized,
 * handled and audited here, in this order; bodies are read by the handlers only, admission runs inside the writes, where
 * the object is known.
 */
import type { ApiContext } from '../context.ts';
import { handlePath } from '../handlers/paths.ts';
import { handleResource } from '../handlers/resources.ts';
import type { ResourceRequest } from '../request-info.ts';
import { flag } from '../handlers/options.ts';
import { serviceUnavailable, StatusError, toStatus, unauthorized } from '../status-error.ts';
import type { RequestAttributes, UserInfo } from './attributes.ts';
import { denied } from './authorize.ts';
import { impersonate } from './impersonate.ts';
import { measure } from './measure.ts';
import type { ApiRequest } from './request.ts';
import type { ApiResponse } from './response.ts';

export interface Pipeline {
  /** Never rejects: refusals and faults are responses of type `status`. */
  handle(request: ApiRequest): Promise<ApiResponse>;
}

export function createPipeline(context: ApiContext): Pipeline {
  return {
    async handle(request) {
      const receivedAt = context.clock.now();
      let attributes: RequestAttributes | undefined;
      let response: ApiResponse;
      try {
        const caller = await context.authenticator.authenticate(request.credentials);
        if (caller === undefined) throw unauthorized();
        const { impersonation } = request;
        const user = impersonation ? await impersonate(caller, impersonation, context.authorizer) : caller;
        attributes = attributesOf(request, user);
        const decision = await context.authorizer.authorize(attributes);
        if (!decision.allowed) throw denied(attributes, decision.reason);
        if (request.refusal !== undefined) throw request.refusal;
        response =
          request.info.type === 'path'
            ? await handlePath(context, request, request.info)
            : await handleResource(context, request, request.info, attributes);
      } catch (error) {
        response = refusal(context, request, error);
      }
      if (attributes !== undefined) {
        const code = codeOf(response);
        const durationMs = context.clock.now() - receivedAt;
        measure(context, attributes, code, durationMs / 1000);
        context.audit.record({ attributes, userAgent: request.userAgent, code, receivedAt, durationMs });
      }
      return response;
    },
  };
}

/** The HTTP status code of a response. */
export function codeOf(response: ApiResponse): number {
  if (response.type === 'process' || response.type === 'ports') return 101;
  return 'code' in response ? response.code : 200;
}

function refusal(context: ApiContext, request: ApiRequest, error: unknown): ApiResponse {
  const known = error instanceof StatusError;
  // who gave up hears nothing of it; a server that stops tells the others to come again
  const status =
    !known && request.signal.aborted ? serviceUnavailable('the request was given up').status : toStatus(error);
  if (!known && status.code === 500) {
    context.log.error({ err: error, path: request.info.path }, 'request failed');
  }
  return { type: 'status', code: status.code, status };
}

function attributesOf({ info, parameters }: ApiRequest, user: UserInfo): RequestAttributes {
  if (info.type === 'path') {
    const none = { group: '', version: '', resource: '', subresource: '', namespace: '', name: '' };
    return { user, verb: info.verb, ...none, path: info.path };
  }
  const { group, version, resource, subresource, namespace, name, path } = info;
  const verb = verbOf(info, flag(parameters, 'watch') ?? false);
  return { user, verb, group, version, resource, subresource, namespace, name, path };
}

/** RBAC's verb of an HTTP method; unknown methods keep their name and meet a 405 later. */
function verbOf({ method, name, watchPrefix }: ResourceRequest, watch: boolean): string {
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (watchPrefix || (watch && name === '')) return 'watch';
      return name === '' ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === '' ? 'deletecollection' : 'delete';
    default:
      return method.toLowerCase();
  }
}
