import type { BuildLogQuery, CallContext, Capabilities } from '../../api/registry/resource.ts';
import type { ApiServer } from '../../api/server.ts';
import { badRequest } from '../../api/status-error.ts';
import { systemTimers } from '../../controllers/engine/timers.ts';
import { isRuntimeError } from '../../runtime/errors.ts';
import type { BuildLogEntry, BuildLogs } from '../../runtime/ports/build-logs.ts';
import type { Build } from '../../schemas/gen/types.ts';
import { progressLine } from '../../schemas/values/build-progress/json.ts';
import { plainText } from '../../schemas/values/build-progress/plain-text.ts';

/** Gives Builds their subresource `log`, which discovery shows from then on. */
export function serveBuildLog({ registry }: Pick<ApiServer, 'registry'>, logs: BuildLogs): void {
  const builds = registry.find('tsmoby.dev', 'v1alpha1', 'builds');
  if (builds === undefined) return;
  const log: Capabilities = {
    async readBuildLog(context, name, query) {
      const build = (await builds.capabilities.get?.(context, name))?.object() as Build;
      return await readLog(build, query, context, logs);
    },
  };
  registry.add({ ...builds, subresources: new Map([...builds.subresources, ['log', log]]) });
}

async function readLog(
  build: Build,
  { build: asked, follow, format }: BuildLogQuery,
  { signal }: CallContext,
  logs: BuildLogs,
): Promise<AsyncIterable<Uint8Array>> {
  const { name, uid } = build.metadata;
  const newest = build.status?.lastBuild?.number;
  if (newest === undefined) throw badRequest(`build ${JSON.stringify(name)} has built nothing yet: ${whyNot(build)}`);
  const number = asked ?? newest;
  const entries = await begun(logs.read({ log: uid, number }, { follow, signal }), () =>
    badRequest(`build ${JSON.stringify(name)} has no log of build ${number}: the newest is ${newest}`),
  );
  if (format === 'json') return encoded(entries, progressLine);
  return encoded(plainText(entries, { after: (delayMs, wake) => systemTimers.after(delayMs, wake) }), (text) => text);
}

function whyNot({ status }: Build): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready === undefined ? 'it was not looked at yet' : `${ready.reason}: ${ready.message}`;
}

/** The entries, once the first is there: a log that is not there is refused before anything is answered. */
async function begun(
  entries: AsyncIterable<BuildLogEntry>,
  missing: () => Error,
): Promise<AsyncIterable<BuildLogEntry>> {
  const iterator = entries[Symbol.asyncIterator]();
  try {
    return startingWith(await iterator.next(), iterator);
  } catch (error) {
    throw isRuntimeError(error, 'NotFound') ? missing() : error;
  }
}

async function* startingWith(
  first: IteratorResult<BuildLogEntry, unknown>,
  rest: AsyncIterator<BuildLogEntry>,
): AsyncGenerator<BuildLogEntry> {
  try {
    for (let result = first; result.done !== true; result = await rest.next()) yield result.value;
  } finally {
    await rest.return?.();
  }
}

async function* encoded<T>(items: AsyncIterable<T>, encode: (item: T) => string): AsyncGenerator<Uint8Array> {
  for await (const item of items) yield Buffer.from(encode(item));
}
