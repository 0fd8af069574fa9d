import type { ApiResponse } from '../pipeline/response.ts';
import { valuesOf } from '../pipeline/request.ts';
import { badRequest, methodNotAllowed } from '../status-error.ts';
import { authorizeTalk } from './authorize-talk.ts';
import type { ResourceCall } from './call.ts';
import { negotiateChannels, parseStreams, talkTo } from './process.ts';

/** One more process beside an object's own; its query is core/v1 PodExecOptions. */
export async function handleExec(resourceCall: ResourceCall): Promise<ApiResponse> {
  const { capabilities, call, attributes, request } = resourceCall;
  const { exec } = capabilities;
  if (exec === undefined) throw methodNotAllowed();
  await authorizeTalk(resourceCall);
  const query = { ...parseStreams(request), command: valuesOf(request, 'command') };
  if (!query.command[0]) throw badRequest('you must specify at least one command for the container');
  const protocol = negotiateChannels(request);
  return await talkTo(query, protocol, async () => await exec(call, attributes.name, query));
}
