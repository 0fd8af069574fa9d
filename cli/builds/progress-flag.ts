import { UsageError } from '../errors.ts';
import type { TextOutput } from '../io.ts';

/** How a build is shown while it goes on. */
export type ProgressMode = 'plain' | 'tty' | 'json' | 'none';

/** Flag of all commands that show builds. */
export const progressFlag = {
  type: 'text',
  value: 'HOW',
  choices: ['auto', 'plain', 'tty', 'json'],
  default: 'auto',
  help: 'tty: steps in place, plain: lines, json: every entry as a line of JSON. auto: tty on a terminal, else plain.',
} as const;

/** Throws UsageError for a block in place where there is no terminal. */
export function progressMode(wanted: string, output: TextOutput): ProgressMode {
  if (wanted === 'json' || wanted === 'plain') return wanted;
  const isTerminal = output.isTTY === true;
  if (wanted === 'tty' && !isTerminal) throw new UsageError('--progress=tty: there is no terminal to draw on');
  return isTerminal ? 'tty' : 'plain';
}
