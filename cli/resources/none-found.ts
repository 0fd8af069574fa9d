import type { Target } from './targets.ts';

/** What is said when there is nothing to show. */
export function noneFound(targets: readonly Target[]): string {
  const namespaces = new Set(targets.map(({ namespace }) => namespace));
  const [only] = namespaces;
  return namespaces.size === 1 && only !== undefined
    ? `No resources found in ${only} namespace.`
    : 'No resources found';
}
