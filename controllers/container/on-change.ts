import { REASONS } from '../../schemas/conditions.ts';
import { changedPlaces, isRecreated, toldOf, type Configuration, type Place } from './configuration.ts';
import { refreshProjections } from './projections.ts';
import { signalNumber } from './signals.ts';
import type { Work } from './work.ts';

const DEFAULT_SIGNAL = 'SIGHUP';

/**
 * Brings changed ConfigMaps and Secrets to a process that runs: first the files, then the signal or the command. What was done is
 * written down with the status of this pass: a daemon that dies before that does it once more. Places that ask for another
 * start wait for it as they are.
 */
export async function bringChanges(work: Work, configuration: Configuration): Promise<void> {
  const { container, context, deps } = work;
  const { status } = context;
  const before = status.current.configuration;
  const changed = changedPlaces(configuration, before);
  await refreshProjections(container, context.reader, deps.volumes);
  const acted = new Set<string>();
  for (const place of changed) if (await act(work, place)) acted.add(place.source);
  status.set({ configuration: toldOf(configuration, before, acted) });
  tell(work, configuration);
}

/**
 * Whether that was all that is to be done. A runtime that is away throws, and the change waits for it. Who still sees what was there
 * at his start is not told of anything else: status says so until he is started again.
 */
async function act(work: Work, { source, onChange, frozen }: Place): Promise<boolean> {
  const { context, deps, container } = work;
  const id = context.status.current.containerID?.replace('containerd://', '');
  if (id === undefined || frozen) return false;
  const failed = (message: string): void => context.event('Warning', REASONS.ConfigurationHookFailed, message);
  switch (onChange.action ?? 'None') {
    case 'Signal': {
      const { signal: name = DEFAULT_SIGNAL } = onChange;
      const signal = signalNumber(name);
      if (signal === undefined) failed(`there is no signal ${JSON.stringify(name)}`);
      else {
        await deps.containers.kill(id, signal);
        context.event('Normal', REASONS.ConfigurationChanged, `the content of ${source} changed: sent ${name}`);
      }
      return true;
    }
    case 'Exec': {
      const { command = [] } = onChange.exec ?? {};
      deps.changeHooks.run({ id, command, failed });
      const what = JSON.stringify(command.join(' '));
      context.event('Normal', REASONS.ConfigurationChanged, `the content of ${source} changed: running ${what}`);
      context.log.debug({ source, container: container.metadata.name }, 'a hook of a changed ConfigMap or Secret runs');
      return true;
    }
    case 'None':
    case 'Restart':
    case 'Recreate':
      return false;
  }
}

/** What the process sees is not what there is. It runs on: Ready says nothing of it. */
function tell({ container, context: { status } }: Work, configuration: Configuration): void {
  const { missing } = configuration;
  const changed = changedPlaces(configuration, status.current.configuration);
  const behind = changed.filter(({ frozen }) => frozen);
  const held = container.spec.paused ? changed.filter(isRecreated) : [];
  const [first] = missing;
  if (first !== undefined) {
    const message = `${missing.map(({ message: text }) => text).join('; ')}. The process keeps what it has`;
    status.condition({ type: 'ConfigurationCurrent', status: 'False', reason: first.reason, message });
  } else if (behind.length > 0) {
    const message = `${sourcesOf(behind)}: a mount with a subPath shows what there was at the start; restart the container to see the new content`;
    status.condition({ type: 'ConfigurationCurrent', status: 'False', reason: REASONS.SubPathNotFollowed, message });
  } else if (held.length > 0) {
    const message = `${sourcesOf(held)}: another instance follows the change when spec.paused is taken away`;
    status.condition({ type: 'ConfigurationCurrent', status: 'False', reason: REASONS.RolloutPaused, message });
  } else status.removeCondition('ConfigurationCurrent');
}

const sourcesOf = (places: readonly Place[]): string => places.map(({ source }) => source).join(', ');
