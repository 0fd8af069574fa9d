/**
 * Kubernetes' variable references: `$(NAME)` stands for a variable that is known, an unknown one stays as written, and
 * `$$` is a dollar sign.
 */
export function expand(text: string, variables: ReadonlyMap<string, string>): string {
  if (!text.includes('$')) return text;
  return text.replaceAll(/\$(\$|\(([^)]*)\))/g, (whole, escaped: string, name: string | undefined) => {
    if (escaped === '$') return '$';
    return variables.get(name ?? '') ?? whole;
  });
}
