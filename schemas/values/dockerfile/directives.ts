/** What stands at the very top of a Dockerfile, in comments: `# syntax=…`, `# escape=…`, `# check=…`. */

export type Directive = 'syntax' | 'escape' | 'check';

const known: ReadonlySet<string> = new Set<Directive>(['syntax', 'escape', 'check']);

/**
 * The directives of the first lines; the first line that is none ends them, and so does one that comes twice. `prefix`: what makes a line a
 * comment.
 */
export function readDirectives(lines: readonly string[], prefix = '#'): ReadonlyMap<Directive, string> {
  const found = new Map<Directive, string>();
  for (const line of lines) {
    const directive = readDirective(line, prefix);
    if (directive === undefined || found.has(directive.name)) break;
    found.set(directive.name, directive.value);
  }
  return found;
}

function readDirective(line: string, prefix: string): { readonly name: Directive; readonly value: string } | undefined {
  if (!line.startsWith(prefix)) return undefined;
  const equals = line.indexOf('=');
  if (equals < 0) return undefined;
  const name = line.slice(prefix.length, equals).trim().toLowerCase();
  const value = line.slice(equals + 1).trim();
  return isDirective(name) && value !== '' ? { name, value } : undefined;
}

const isDirective = (name: string): name is Directive => known.has(name);

/**
 * The image that reads this file instead of BuildKit's own front end: the first word of a `syntax` directive. Other languages than the
 * Dockerfile's may write it in comments with `//`, in a field of a JSON object, and below a line with `#!`.
 */
export function detectSyntax(text: string): string | undefined {
  const file = withoutMark(text);
  const body = file.startsWith('#!') ? file.slice(lineEnd(file)) : file;
  const first = firstLines(body);
  const value = readDirectives(first).get('syntax') ?? readDirectives(first, '//').get('syntax') ?? syntaxField(body);
  return value?.split(' ', 1)[0];
}

/** Without the byte order mark. */
export const withoutMark = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text);

/** Directives are three at most, and one line more ends them. */
const firstLines = (text: string): readonly string[] => text.split('\n', known.size + 1);

function lineEnd(text: string): number {
  const end = text.indexOf('\n');
  return end < 0 ? text.length : end + 1;
}

function syntaxField(text: string): string | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    const { syntax } = JSON.parse(text) as { readonly syntax?: unknown };
    return typeof syntax === 'string' ? syntax : undefined;
  } catch {
    return undefined;
  }
}
