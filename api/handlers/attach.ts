import type { ApiResponse } from '../pipeline/response.ts';
import { methodNotAllowed } from '../status-error.ts';
import { authorizeTalk } from './authorize-talk.ts';
import type { ResourceCall } from './call.ts';
import { negotiateChannels, parseStreams, talkTo } from './process.ts';

/** An object's own process; the query is core/v1 PodAttachOptions. */
export async function handleAttach(resourceCall: ResourceCall): Promise<ApiResponse> {
  const { capabilities, call, attributes, request } = resourceCall;
  const { attach } = capabilities;
  if (attach === undefined) throw methodNotAllowed();
  await authorizeTalk(resourceCall);
  const query = parseStreams(request);
  const protocol = negotiateChannels(request);
  return await talkTo(query, protocol, async () => await attach(call, attributes.name, query));
}
