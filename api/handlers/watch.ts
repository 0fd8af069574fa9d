import type { ApiResponse } from '../pipeline/response.ts';
import type { Selection } from '../registry/selection.ts';
import { methodNotAllowed } from '../status-error.ts';
import type { ResourceCall } from './call.ts';
import { parseWatchQuery } from './options.ts';

/** GET of a collection with `watch`: changes as they happen, until somebody has enough. The old `/watch/` prefix can name one object. */
export async function handleWatch({
  capabilities,
  call,
  request,
  resource,
  attributes,
}: ResourceCall): Promise<ApiResponse> {
  if (capabilities.watch === undefined) throw methodNotAllowed();
  const query = parseWatchQuery(request.parameters, resource.definition);
  const selection = attributes.name === '' ? query.selection : named(query.selection, attributes.name);
  return { type: 'watch', resource, stream: await capabilities.watch(call, { ...query, selection }) };
}

const named = (selection: Selection, name: string): Selection => ({
  everything: false,
  name,
  matches: (object) => object.fields['metadata.name'] === name && selection.matches(object),
});
