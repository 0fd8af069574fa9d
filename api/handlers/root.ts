import type { ApiContext } from '../context.ts';
import { groupNames, versionsOf } from './discovery.ts';
import { jsonDocument, type DocumentResponse } from './document.ts';

const FIXED = ['/api', '/apis', '/apis/', '/metrics', '/openapi/v2', '/openapi/v3', '/openapi/v3/', '/version'];
const HEALTH = ['/healthz', '/livez', '/readyz'];

/** GET /: the paths that there are, in order. */
export function rootPaths({ registry, health }: ApiContext): DocumentResponse {
  const paths = [
    ...FIXED,
    ...versionsOf(registry, '').map((version) => `/api/${version}`),
    ...groupNames(registry).flatMap((group) => [
      `/apis/${group}`,
      ...versionsOf(registry, group).map((version) => `/apis/${group}/${version}`),
    ]),
    ...HEALTH.flatMap((path) => [path, `${path}/ping`]),
    ...health.flatMap(({ name }) => [`/healthz/${name}`, `/readyz/${name}`]),
  ];
  return jsonDocument({ paths: paths.sort(byBytes) });
}

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
