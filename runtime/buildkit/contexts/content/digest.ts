/**
 * The digest of a context: of what every file that takes part is and holds, in the order of the walk.
 *
 * Times and owners do not count: BuildKit does not count them either, and the same tree has the same digest wherever it is. A second name of a
 * file counts as a file with the same content. A socket counts as an empty file, as which BuildKit sends it. The definition and the ignore
 * file count, also when they are left out of what is sent.
 */
import type { ContextDigest, DigestOptions } from '../../../ports/build-contexts.ts';
import { walk } from '../../../files/walk.ts';
import { throwIfAborted } from '../../../file-failure.ts';
import { readInside, realDirectory } from '../inside.ts';
import type { HashThreads } from './hash-thread.ts';
import { readIgnored } from './ignore.ts';
import type { KnownContent } from './known-content.ts';
import { Look } from './look.ts';

export interface DigestTools {
  readonly known: KnownContent;
  readonly threads: HashThreads;
  readonly clock: { now(): number };
  /** Small files of a look that are hashed at once rather than in a thread, which takes 40 ms to start. Default 16. */
  readonly few?: number;
}

const defaultFew = 16;

/** A definition that is larger is not read as one. */
const maxDefinition = 16 * 1024 * 1024;

/** Rejects as the port says. */
export async function digestContext(
  path: string,
  options: DigestOptions,
  tools: DigestTools,
  signal?: AbortSignal,
): Promise<ContextDigest> {
  throwIfAborted(signal, `the look at ${path}`);
  const root = await realDirectory(path);
  const ignored = await readIgnored(root, options);
  using thread = tools.threads.take();
  const { known, clock, few = defaultFew } = tools;
  const look = new Look({ root, known: known.get(root), limit: known.limit, thread, clock, few, signal });
  for await (const batch of walk(root, { exclude: ignored.patterns, signal })) await look.add(batch);
  await look.settle();
  const { dockerfile, definitionDirectory } = options;
  if (dockerfile !== undefined && definitionDirectory === undefined) {
    look.addDefinition('definition', await readInside(root, dockerfile, maxDefinition));
  }
  look.addDefinition('ignore file', ignored.content);
  const result = look.end();
  known.trim();
  return { ...result, ...(ignored.file === undefined ? {} : { ignoreFile: ignored.file }) };
}
