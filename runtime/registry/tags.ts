import { RuntimeError } from '../errors.ts';
import type { RegistryTarget } from '../ports/registry.ts';
import { readBody } from './body.ts';
import type { RegistryClient } from './client.ts';

const MAX_PAGE_BYTES = 4 * 1024 * 1024;
/** What is asked for at once; registries may give less. */
const PAGE = 1000;
/** More than any repository has; a registry that never ends is not to fill our memory. */
const MAX_TAGS = 200_000;

/** All tags of the target's repository, page by page. */
export async function listTags(
  client: RegistryClient,
  target: RegistryTarget,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const tags: string[] = [];
  for (let last: string | undefined, seen = new Set<string>(); ;) {
    const path = `tags/list?n=${PAGE}${last === undefined ? '' : `&last=${encodeURIComponent(last)}`}`;
    using answer = await client.request({
      target,
      method: 'GET',
      path,
      headers: { accept: 'application/json' },
      accept: [200],
      signal,
    });
    const what = `${target.reference}, list of tags`;
    tags.push(...tagsIn(await readBody(answer, what, MAX_PAGE_BYTES), what));
    if (tags.length > MAX_TAGS) throw new RuntimeError('ResourceExhausted', `${what}: more than ${MAX_TAGS} tags`);
    last = lastOfNext(answer.headers.link);
    if (last === undefined) return tags;
    if (seen.has(last)) throw new RuntimeError('Corrupt', `${what}: the registry's pages go round in circles`);
    seen.add(last);
  }
}

function tagsIn(body: Buffer, what: string): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch (cause) {
    throw new RuntimeError('Corrupt', `${what}: it is no JSON`, { cause });
  }
  const tags = typeof value === 'object' && value !== null ? (value as { tags?: unknown }).tags : undefined;
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}

/** From `Link: </v2/…/tags/list?n=…&last=…>; rel="next"`: whatever host and path it names, we ask where we asked before. */
function lastOfNext(link: string | readonly string[] | undefined): string | undefined {
  const [, url] = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(String(link ?? '')) ?? [];
  return url === undefined ? undefined : (URL.parse(url, 'http://registry')?.searchParams.get('last') ?? undefined);
}
