import type { Capabilities } from '../../api/registry/resource.ts';
import type { ApiServer } from '../../api/server.ts';
import { badRequest, serviceUnavailable } from '../../api/status-error.ts';
import type { Client } from '../../client/client.ts';
import { ReconcileError } from '../../controllers/engine/contract.ts';
import type { PreviewLine, PreviewSync } from '../../controllers/sync/preview/preview.ts';
import { isRuntimeError } from '../../runtime/errors.ts';
import type { Sync } from '../../schemas/gen/types.ts';
import { encodeJson } from '../../schemas/text/json.ts';

/** Who answers, and as whom it asks. */
export interface SyncPreviews {
  readonly preview: PreviewSync;
  readonly client: Client;
}

/** Gives Syncs their subresource `diff`, which discovery shows from then on. `find`: undefined while the controllers have not begun. */
export function serveSyncPreview(
  { registry }: Pick<ApiServer, 'registry'>,
  find: () => SyncPreviews | undefined,
): void {
  const syncs = registry.find('tsmoby.dev', 'v1alpha1', 'syncs');
  if (syncs === undefined) return;
  const diff: Capabilities = {
    async readPreview(context, name) {
      const sync = (await syncs.capabilities.get?.(context, name))?.object() as Sync;
      const previews = find();
      if (previews === undefined) throw serviceUnavailable('the controllers have not begun yet');
      try {
        return encoded(await previews.preview(sync, { client: previews.client, signal: context.signal }));
      } catch (error) {
        throw refusalOf(error, name);
      }
    },
  };
  registry.add({ ...syncs, subresources: new Map([...syncs.subresources, ['diff', diff]]) });
}

/** What keeps a Sync from applying anything keeps it from foretelling that. */
function refusalOf(error: unknown, name: string): unknown {
  const said = (message: string): string => `sync ${JSON.stringify(name)}: ${message}`;
  if (error instanceof ReconcileError && error.outcome.type !== 'settled')
    return badRequest(said(error.outcome.message));
  return isRuntimeError(error) ? serviceUnavailable(said(error.message)) : error;
}

async function* encoded(lines: AsyncIterable<PreviewLine>): AsyncGenerator<Uint8Array> {
  for await (const line of lines) yield Buffer.from(`${encodeJson(line as never)}\n`);
}
