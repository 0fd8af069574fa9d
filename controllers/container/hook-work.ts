import type { ContainerSpec } from '../../schemas/gen/types.ts';
import { sleepFor, type HookKind, type HookWork } from './hooks.ts';
import { questionOf } from './probe-spec.ts';
import { probeTarget, type ProbedRun } from './probe-target.ts';
import type { Work } from './work.ts';

type Hook = NonNullable<NonNullable<ContainerSpec['lifecycle']>[HookKind]>;

/** As in Kubernetes a command may take as long as it wants; a timer takes no more than this. */
const NO_LIMIT_MS = 2 ** 31 - 1;
/** A server that accepts a request and never answers it. */
const HTTP_LIMIT_MS = 60_000;

/** What a hook of the spec does, to be begun in the background. Throws an outcome for a port that there is not. */
export function hookWork(work: Work, run: ProbedRun, kind: HookKind, hook: Hook): HookWork {
  const { container, deps } = work;
  const question = questionOf(hook, container.spec.ports, `spec.lifecycle.${kind}`);
  if (question === undefined) return (signal) => sleepFor(hook.sleep?.seconds ?? 0, deps.timers, signal);
  const { action, host } = question;
  const target = probeTarget(work, run, host);
  const limitMs = action.type === 'http' ? HTTP_LIMIT_MS : NO_LIMIT_MS;
  return (signal) => deps.probes.ask(action, target, limitMs, signal);
}
