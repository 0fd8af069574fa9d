/**
 * The pattern language once more, as slow and plain as can be: a regular expression for each pattern, and for each path an answer of each pattern, carried
 * down from parent to child. What it is compared with has to agree on everything but time.
 */
interface Reference {
  readonly exception: boolean;
  readonly matches: (path: string) => boolean;
}

export function compileReference(patterns: readonly string[]): (path: string) => boolean {
  const compiled = patterns.map((pattern): Reference => {
    const exception = pattern.startsWith('!');
    return { exception, matches: matcher(exception ? pattern.slice(1) : pattern) };
  });
  return (path) => {
    const parts = path.split('/');
    let parents = compiled.map(() => false);
    let matched = false;
    for (let length = 1; length <= parts.length; length++) {
      const here = parts.slice(0, length).join('/');
      matched = false;
      parents = compiled.map(({ exception, matches }, index) => {
        const match = parents[index]! || (exception === matched && matches(here));
        if (match) matched = !exception;
        return match;
      });
    }
    return matched;
  };
}

function matcher(pattern: string): (path: string) => boolean {
  if (!/[*?[\\]/.test(pattern)) return (path) => path === pattern;
  if (!/[*?[\\]/.test(pattern.replace(/\*\*$/, ''))) return (path) => path.startsWith(pattern.slice(0, -2));
  if (pattern.startsWith('**') && !/[*?[\\]/.test(pattern.slice(2))) {
    const suffix = pattern.slice(2);
    return (path) => path.endsWith(suffix) || (suffix.startsWith('/') && path === suffix.slice(1));
  }
  const source = pattern
    .replace(/[.+(){}|$^]/g, (special, at: number) =>
      special === '^' && pattern[at - 1] === '[' ? '^' : `\\${special}`,
    )
    .replace(/\*\*\/?$/, '<rest>')
    .replace(/\*\*\/?/g, '<directories>')
    .replace(/\*/g, '[^/]*')
    .replace(/\?/g, '[^/]')
    .replace('<rest>', '.*')
    .replaceAll('<directories>', '(.*/)?');
  const expression = new RegExp(`^${source}$`, 'u');
  return (path) => expression.test(path);
}
