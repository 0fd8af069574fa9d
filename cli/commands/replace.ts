import type { WriteCallOptions } from '../../client/client.ts';
import type { KubeObject, ObjectMeta } from '../../schemas/object.ts';
import type { Session } from '../connect/session.ts';
import { UsageError } from '../errors.ts';
import type { Flags } from '../flags/flags.ts';
import { note } from '../io.ts';
import { refOf } from '../kinds/directory.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { printWritten } from '../output/written.ts';
import { fileFlags } from '../resources/flags.ts';
import { defineCommand } from './command.ts';
import { writeFlags } from './write-flags.ts';

const replaceFlags = { ...fileFlags, ...writeFlags } as const satisfies Flags;

export const replace = defineCommand({
  name: 'replace',
  usage: ['-f FILE'],
  description:
    'Put whole objects in place of those that are there: fields that the file leaves out go. A file with metadata.resourceVersion replaces that version only.',
  examples: ['tsmoby replace -f web.yaml', 'tsmoby get container/web -o yaml | sed s/1.0/1.1/ | tsmoby replace -f -'],
  flags: replaceFlags,
  async run(call) {
    const { flags, args, given, io } = call;
    if (flags.filename.length === 0)
      throw new UsageError('must specify -f: a file, a directory, a URL, or - for standard input');
    if (args.length > 0) throw new UsageError(`unexpected argument "${args[0] ?? ''}": files are named with -f`);
    const session = await call.session();
    const options: WriteCallOptions = {
      fieldManager: 'tsmoby-replace',
      fieldValidation: 'Strict',
      dryRun: flags['dry-run'] === 'server',
      onWarning: (text) => note(io, `Warning: ${text}`),
      signal: io.signal,
    };
    const { loadManifests } = await import('../manifests/load.ts');
    const { sendManifests } = await import('../manifests/send-manifests.ts');
    const manifests = await loadManifests(flags, session, io, { namespaceGiven: given.has('namespace') });
    const { written, failed } = await sendManifests(io, manifests, 'replaced', async (manifest) =>
      session.client.update(await withVersion(session, manifest), options),
    );
    await printWritten(io, written, flags);
    return failed ? 1 : 0;
  },
});

/** With the live version where the file has none: kinds of ours take no replacement without one. */
async function withVersion({ client }: Session, { object, kind, name, namespace }: Manifest): Promise<KubeObject> {
  if (object.metadata.resourceVersion !== undefined) return object as KubeObject;
  const live = await client.get({ ...refOf(kind), name, ...(namespace === undefined ? {} : { namespace }) });
  const metadata = { ...object.metadata, resourceVersion: live.metadata.resourceVersion } as ObjectMeta;
  return { ...object, metadata };
}
