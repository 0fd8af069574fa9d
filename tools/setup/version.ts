/** Versions as programs print them and as Debian writes them, compared by their leading numbers. */

/** The first `major.minor[.patch]` in a text, or undefined. */
export function parseVersion(text: string): string | undefined {
  return /\d+\.\d+(?:\.\d+)?/.exec(text)?.[0];
}

/** Whether `version` is `oldest` or newer; missing numbers count as 0. */
export function atLeast(version: string, oldest: string): boolean {
  const [have, want] = [version, oldest].map((each) => each.split('.').map(Number));
  for (let index = 0; index < 3; index++) {
    const difference = (have?.[index] ?? 0) - (want?.[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
