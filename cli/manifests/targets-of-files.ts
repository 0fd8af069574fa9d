import type { Session } from '../connect/session.ts';
import type { Io } from '../io.ts';
import type { Target } from '../resources/targets.ts';
import { loadManifests } from './load.ts';
import type { SourceFlags } from './sources.ts';

/** The objects that files name; neighbours of one kind and namespace together. */
export async function targetsOfFiles(
  flags: SourceFlags,
  session: Session,
  io: Io,
  namespaceGiven: boolean,
): Promise<readonly Target[]> {
  const targets: Target[] = [];
  for (const { kind, name, namespace } of await loadManifests(flags, session, io, {
    namespaceGiven,
    namesOnly: true,
  })) {
    const last = targets.at(-1);
    if (last?.kind === kind && last.namespace === namespace)
      targets[targets.length - 1] = { ...last, names: [...last.names, name] };
    else targets.push({ kind, names: [name], ...(namespace === undefined ? {} : { namespace }) });
  }
  return targets;
}
