import type { Container, ContainerStatus } from '../../../schemas/gen/types.ts';
import { REASONS } from '../../../schemas/conditions.ts';
import { formatMicroTime } from '../../../schemas/values/time.ts';
import { containerID, inSandbox } from '../names.ts';
import { removeProbes } from '../probe-keys.ts';
import { lead } from '../reach.ts';
import { servingGeneration } from '../sandbox.ts';
import { NextStatus } from './next-status.ts';
import { workOn, type Workers } from './workers.ts';

/** What status tells of the instance that serves; of `update` it is told of the next one. */
const FIELDS = [
  'phase',
  'summary',
  'containerID',
  'pid',
  'image',
  'imageID',
  'crashCount',
  'nextStartTime',
  'started',
  'ready',
  'postStarted',
  'ending',
  'ip',
  'networks',
  'sandboxGeneration',
  'configuration',
  'configurationHash',
  'restarting',
  'dependencies',
  'logRun',
  'state',
  'resources',
] as const satisfies readonly (keyof ContainerStatus & keyof NonNullable<ContainerStatus['update']>)[];

/**
 * The next instance takes the place of the one that serves. First ports and names lead to it, then that is what status tells: a daemon that dies
 * in between has them lead back, both instances being well, and tries again. The former one drains. Status is not made durable here, because
 * the end of the rollout belongs to the same write. Rejects when ports and names could not be moved: then nothing has changed.
 */
export async function switchOver(aimed: Container, { context, deps }: Workers): Promise<void> {
  const { status, clock, event } = context;
  const { update = {}, draining = [], containerID: former, currentRevision, ...before } = status.current;
  const { sandboxGeneration = 0, restartCount = 0, lastState } = update;
  const next = { ...context, status: new NextStatus(status) };
  const others = [servingGeneration(before), ...draining.map((each) => each.sandboxGeneration)];
  await lead({ ...workOn(inSandbox(aimed, sandboxGeneration), next, deps, 'next'), others });
  const leaving =
    former === undefined
      ? []
      : [
          {
            containerID: former,
            sandboxGeneration: servingGeneration(before),
            since: formatMicroTime(clock.now()),
            ...(currentRevision === undefined ? {} : { revision: currentRevision }),
            ...(before.logRun === undefined ? {} : { logRun: before.logRun }),
            ...(before.ip === undefined ? {} : { ip: before.ip }),
          },
        ];
  status.set({
    ...Object.fromEntries(FIELDS.map((field) => [field, update[field]])),
    restartCount: (before.restartCount ?? -1) + 1 + restartCount,
    ...(lastState === undefined ? {} : { lastState }),
    draining: [...draining, ...leaving],
    update: undefined,
  });
  if (former === undefined) return;
  removeProbes(deps.probes, former.slice(containerID('').length));
  event('Normal', REASONS.Draining, `pid ${update.pid} serves from now on; pid ${before.pid} keeps its connections`);
}
