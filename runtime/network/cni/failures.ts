import { RuntimeError, type RuntimeErrorCode } from '../../errors.ts';
import type { PluginEnd } from '../../ports/host.ts';

/** CNI's codes that say it may go better next time: try again later, and not available. */
const PASSING = [11, 50];

/** The named crossing from a plugin's exit to RuntimeError: its own words, where it has some. */
export function pluginFailure(type: string, command: string, { code, stdout, stderr }: PluginEnd): RuntimeError {
  const said = parse(stdout);
  const words = [said?.msg, said?.details].filter((text) => typeof text === 'string' && text !== '');
  const fallback = stderr.trim() === '' ? `it ended with ${code} and said nothing` : stderr.trim();
  const text = words.length > 0 ? words.join('; ') : fallback;
  const number = said?.code === undefined ? '' : ` (code ${said.code})`;
  const kind: RuntimeErrorCode = PASSING.includes(said?.code ?? 0) ? 'Unavailable' : 'Internal';
  return cniFailed(kind, `the CNI plugin ${type} failed to ${command}: ${text}${number}`);
}

export function cniFailed(code: RuntimeErrorCode, message: string, cause?: unknown): RuntimeError {
  return new RuntimeError(code, message, { reason: 'CniFailed', ...(cause === undefined ? {} : { cause }) });
}

function parse(stdout: string): { code?: number; msg?: string; details?: string } | undefined {
  try {
    const value: unknown = JSON.parse(stdout);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
