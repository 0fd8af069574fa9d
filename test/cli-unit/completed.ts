import { eventually } from '../support/eventually.ts';
import type { Run } from './world.ts';

/**
 * What may stand in place of the last word. Completion waits a second and a half for names, and then offers none, since nobody wants to
 * wait for a hint: on a busy machine it is asked again.
 */
export function completed(
  world: { tsmoby(line: readonly string[]): Promise<Run> },
  ...words: readonly string[]
): Promise<readonly string[]> {
  return eventually(`something completes "${words.join(' ')}"`, async () => {
    const { stdout } = await world.tsmoby(['__complete', '--', ...words]);
    const found = stdout.split('\n').filter(Boolean);
    return found.length > 0 ? found : undefined;
  });
}
