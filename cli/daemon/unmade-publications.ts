import type { Publications } from '../../runtime/ports/publications.ts';

/** Publications of a daemon whose containers are in no network: no port leads anywhere. */
export function unmadePublications(): Publications {
  const problem = { reason: 'NoAddress', message: 'containers of this machine are in no network' };
  return {
    publish: async ({ ports }) => ports.map((range) => ({ ...range, problem })),
    withdraw: async () => undefined,
    list: async () => [],
  };
}
