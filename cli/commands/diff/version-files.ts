import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from '../../../schemas/object.ts';
import { encodeYaml } from '../../../schemas/text/encode-yaml.ts';
import { fingerprint } from '../../../schemas/values/fingerprint.ts';
import type { Io } from '../../io.ts';
import { withoutManagedFields } from '../../output/object-text.ts';
import { maskSecrets } from '../../plan/mask-secrets.ts';
import type { ObjectChange } from '../../plan/report.ts';

/** Bytes that file systems let a name have. */
const LONGEST_NAME = 255;

/** Two directories with a file of YAML for each object, which go when this is disposed. */
export interface VersionFiles extends AsyncDisposable {
  readonly live: string;
  readonly merged: string;
}

/** Writes them where temporary files are, readable by this user alone. Rejects with what the file system says. */
export async function writeVersionFiles(
  { env, signal }: Io,
  changes: readonly ObjectChange[],
  options: { readonly managedFields: boolean },
): Promise<VersionFiles> {
  await using opening = new AsyncDisposableStack();
  const open = async (name: string): Promise<string> => {
    const directory = await mkdtemp(join(env['TMPDIR'] ?? '/tmp', `${name}-`));
    // Whoever is told to end may be killed before all that it waits for has ended.
    const removeNow = (): void => rmSync(directory, { recursive: true, force: true });
    signal.addEventListener('abort', removeNow, { once: true });
    opening.defer(async () => {
      signal.removeEventListener('abort', removeNow);
      await rm(directory, { recursive: true, force: true });
    });
    return directory;
  };
  const [live, merged] = [await open('LIVE'), await open('MERGED')];
  for (const { live: now, merged: then } of changes) {
    const name = fileName((then ?? now) as KubeObject);
    const [before, after] = maskSecrets(now, then);
    await writeFile(join(live, name), textOf(before, options.managedFields), { mode: 0o600 });
    await writeFile(join(merged, name), textOf(after, options.managedFields), { mode: 0o600 });
  }
  const owned = opening.move();
  return { live, merged, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Nothing of what is not there: programs that compare then have both files. */
function textOf(object: KubeObject | undefined, managedFields: boolean): string {
  if (object === undefined) return '';
  return encodeYaml(managedFields ? object : withoutManagedFields(object));
}

/** As kubectl calls them: `tsmoby.dev.v1alpha1.Container.default.web`. */
function fileName({ apiVersion, kind, metadata: { namespace = '', name } }: KubeObject): string {
  const full = [apiVersion.replace('/', '.'), kind, namespace, name].join('.');
  if (full.length <= LONGEST_NAME) return full;
  const hash = `~${fingerprint(full)}`;
  return full.slice(0, LONGEST_NAME - hash.length) + hash;
}
