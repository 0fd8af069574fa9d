import { RuntimeError } from '../../errors.ts';
import type { ExecProcess, ExecRequest } from '../../ports/containers.ts';
import { TASK_DEADLINE, type ContainersContext } from '../containers/context.ts';
import { decodeSpec } from '../containers/record-spec.ts';
import { startError } from '../containers/start-error.ts';
import { isGrpc, unlessGone } from '../errors.ts';
import { endExec } from './end.ts';
import { liveExec, type ExecEnds } from './exec-process.ts';
import { execFifos, execKey, removeExecFifos, type ExecFifos, type ExecName } from './fifos.ts';
import { openInput } from './input.ts';
import { openOutput } from './output.ts';
import { execProcessSpec, PROCESS_TYPE } from './process-spec.ts';

/** FIFOs, process, start: three calls. What a failed one leaves is taken away; what a crash leaves, by the next daemon's sweep. */
export async function execInstance(
  context: ContainersContext,
  id: string,
  request: ExecRequest,
  signal?: AbortSignal,
): Promise<ExecProcess> {
  const name = { id, execId: checkedExecId(request.execId) };
  const { execs, host, facts } = context;
  if (execs.has(execKey(name))) {
    throw new RuntimeError('AlreadyExists', `instance ${id} has a process ${name.execId} already`);
  }
  await using undo = new AsyncDisposableStack();
  undo.defer(() => void execs.delete(execKey(name)));
  execs.add(execKey(name));
  const fifos = execFifos(facts.runDirectory, name, request);
  const making = host.makeFifos(Object.values(fifos));
  undo.defer(async () => {
    // When the record cannot be read they may still be in the making.
    await making.catch(() => undefined);
    await removeExecFifos(facts.runDirectory, name);
  });
  const [spec] = await Promise.all([specOf(context, request, id, signal), making]);
  const stdout = undo.use(await openOutput(fifos.stdout));
  const stderr = fifos.stderr === undefined ? undefined : undo.use(await openOutput(fifos.stderr));
  await start(context, name, { spec, fifos, undo, signal });
  const stdin = fifos.stdin === undefined ? undefined : openInput(fifos.stdin);
  const ends: ExecEnds = { stdout, ...(stderr && { stderr }), ...(stdin && { stdin }) };
  undo.move();
  return liveExec(context, name, fifos, ends);
}

function checkedExecId(execId: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(execId)) return execId;
  throw new RuntimeError('InvalidArgument', `${JSON.stringify(execId)} cannot name a process`);
}

async function specOf(
  context: ContainersContext,
  request: ExecRequest,
  id: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { containers } = context.connection.services;
  const record = (await unlessGone(containers.get({ id }, { signal })))?.container;
  const own = record?.spec === undefined ? undefined : decodeSpec(record.spec.value).process;
  if (own === undefined) throw new RuntimeError('NotFound', `there is no instance ${id}`);
  return execProcessSpec(own, request);
}

interface Starting {
  readonly spec: Uint8Array;
  readonly fifos: ExecFifos;
  readonly undo: AsyncDisposableStack;
  readonly signal: AbortSignal | undefined;
}

async function start(context: ContainersContext, name: ExecName, starting: Starting): Promise<void> {
  const { spec, fifos, undo, signal } = starting;
  const { tasks } = context.connection.services;
  const ids = { containerId: name.id, execId: name.execId };
  const request = {
    ...ids,
    stdin: fifos.stdin ?? '',
    stdout: fifos.stdout,
    stderr: fifos.stderr ?? '',
    terminal: fifos.stderr === undefined,
    spec: { typeUrl: PROCESS_TYPE, value: spec },
  };
  const call = { signal, deadline: TASK_DEADLINE };
  // Also when it was not answered: it may have been done. One that is another's is not touched.
  let mine = true;
  undo.defer(async () => void (mine && (await takeBack(context, name))));
  try {
    await tasks.exec(request, call);
    await tasks.start(ids, call);
  } catch (error) {
    mine = !isGrpc(error, 'ALREADY_EXISTS');
    throw execError(error, name);
  }
}

/** Without the signal of the start: it may be what ended it. */
async function takeBack(context: ContainersContext, name: ExecName): Promise<void> {
  try {
    await endExec(context, name);
  } catch (error) {
    context.connection.log.warn({ ...name, err: error }, 'a process that failed to start could not be deleted');
  }
}

/** Why it could not be started: FailedPrecondition where the instance does not run, InvalidArgument where the command is at fault. */
function execError(error: unknown, { id }: ExecName): RuntimeError {
  if (isGrpc(error)) {
    const { details } = error;
    const paused = /paused/.test(details) && /cannot exec/.test(details);
    if (paused || isGrpc(error, 'NOT_FOUND') || NOT_RUNNING.test(details)) {
      const text = `no process can be started in instance ${id}: it ${paused ? 'is paused' : 'does not run'}`;
      return new RuntimeError('FailedPrecondition', text, {
        cause: error,
        ...(paused ? { reason: 'TaskPaused' } : {}),
      });
    }
  }
  return startError(error, `start a process in instance ${id}`);
}

const NOT_RUNNING = /cannot exec in a|container (?:is )?not running|has not been started|no such process|ttrpc: closed/;
