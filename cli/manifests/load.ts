import type { Session } from '../connect/session.ts';
import type { Io } from '../io.ts';
import { checkDocuments } from './check.ts';
import { ManifestError, readDocuments, type Manifest } from './manifest.ts';
import { readSources, type SourceFlags } from './sources.ts';

export interface LoadOptions {
  /** Was `--namespace` given? */
  readonly namespaceGiven: boolean;
  /** Names alone matter: fields are not looked at. */
  readonly namesOnly?: boolean;
}

/** Everything that `-f` names, read, decoded and looked over. Rejects with ManifestError, CommandError, UsageError. */
export async function loadManifests(
  flags: SourceFlags,
  session: Session,
  io: Io,
  options: LoadOptions,
): Promise<readonly Manifest[]> {
  const documents = readDocuments(await readSources(flags, io));
  if (documents.length === 0)
    throw new ManifestError([`no objects passed to the command: ${flags.filename.join(', ')} holds none`]);
  const { namespaceGiven, namesOnly = false } = options;
  const fields = namesOnly ? {} : { fields: (await import('./check-fields.ts')).createFieldCheck() };
  return await checkDocuments(documents, {
    kinds: session.kinds,
    namespace: session.namespace,
    namespaceGiven,
    ...fields,
  });
}
