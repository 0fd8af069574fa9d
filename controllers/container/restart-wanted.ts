import { REASONS } from '../../schemas/conditions.ts';
import type { Place } from './configuration.ts';

/** Why a process that does nothing wrong is to be started again. The message is for people. */
export interface Restart {
  readonly reason: string;
  readonly message: string;
}

export interface RestartInputs {
  /** ConfigMaps and Secrets that are needed and not there: a process that is stopped now could not be started. */
  readonly missing: readonly unknown[];
  /** Places whose content changed since the process was told. */
  readonly changed: readonly Place[];
  /** Dependencies with `restart` that were started again since, and are what is waited for: `Container db`. */
  readonly restarted: readonly string[];
}

/** Whether a running process is to be started again, and what for. Pure. */
export function restartWanted({ missing, changed, restarted }: RestartInputs): Restart | undefined {
  if (missing.length > 0) return undefined;
  const places = changed.filter(({ onChange }) => onChange.action === 'Restart');
  if (places.length > 0) {
    const message = `the content of ${places.map(({ source }) => source).join(', ')} changed`;
    return { reason: REASONS.ConfigurationChanged, message };
  }
  if (restarted.length === 0) return undefined;
  return { reason: REASONS.DependencyRestarted, message: `${restarted.join(', ')} was started again` };
}
