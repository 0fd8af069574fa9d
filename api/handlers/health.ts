import type { ApiContext } from '../context.ts';
import type { Parameters } from '../pipeline/request.ts';
import { textDocument, type DocumentResponse } from './document.ts';

/**
 * GET /healthz, /livez, /readyz, and one check alone as /healthz/<check>. 200 `ok`, or 500 with the checks that failed.
 * Liveness means only that this answer came; readiness asks every check.
 */
export function health(
  context: ApiContext,
  endpoint: 'healthz' | 'livez' | 'readyz',
  only: string | undefined,
  parameters: Parameters,
): DocumentResponse | undefined {
  const ping = { name: 'ping', check: () => undefined };
  const all = endpoint === 'livez' ? [ping] : [ping, ...context.health];
  const asked = only === undefined ? all : all.filter(({ name }) => name === only);
  if (asked.length === 0) return undefined;
  const results = asked.map((one) => ({ name: one.name, problem: one.check() }));
  const failed = results.some(({ problem }) => problem !== undefined);
  if (!failed && parameters['verbose'] === undefined) return textDocument('ok');
  const lines = results.map(({ name, problem }) =>
    problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`,
  );
  return textDocument(`${lines.join('\n')}\n${endpoint} check ${failed ? 'failed' : 'passed'}\n`, failed ? 500 : 200);
}
