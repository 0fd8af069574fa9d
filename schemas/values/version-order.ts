const VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const STAGES: readonly (string | undefined)[] = ['alpha', 'beta', undefined];

/** Kubernetes' order of API versions, best first: v2, v1, v1beta2, v1beta1, v1alpha1, then others by name. */
export function compareVersions(a: string, b: string): number {
  const left = rank(a);
  const right = rank(b);
  if (left === undefined || right === undefined) {
    if (left !== undefined) return -1;
    if (right !== undefined) return 1;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  for (const [index, value] of left.entries()) {
    const difference = (right[index] ?? 0) - value;
    if (difference !== 0) return difference;
  }
  return 0;
}

function rank(version: string): readonly number[] | undefined {
  const match = VERSION.exec(version);
  if (!match) return undefined;
  return [STAGES.indexOf(match[2]), Number(match[1]), Number(match[3] ?? 0)];
}
