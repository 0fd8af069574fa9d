import type { ContainersContext } from '../containers/context.ts';
import { endExec } from './end.ts';
import { execKey, listExecs, removeExecFifos } from './fifos.ts';

/** Ends processes whose daemon is gone, and removes their FIFOs: whoever talked to them is gone, too. Names them. */
export async function sweepExecs(context: ContainersContext): Promise<readonly string[]> {
  const { facts, execs, connection } = context;
  const left = (await listExecs(facts.runDirectory)).filter((name) => !execs.has(execKey(name)));
  const removed = await Promise.all(
    left.map(async (name) => {
      try {
        await endExec(context, name);
        await removeExecFifos(facts.runDirectory, name);
        return `process ${name.execId} of instance ${name.id}`;
      } catch (error) {
        connection.log.warn({ ...name, err: error }, 'a process of an earlier daemon could not be ended');
        return undefined;
      }
    }),
  );
  return removed.filter((name) => name !== undefined);
}
