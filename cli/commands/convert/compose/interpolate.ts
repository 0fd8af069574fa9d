/** `$NAME`, `${NAME}` and its kin in texts, as docker compose carries them out. */
import { ComposeError, type Node, type Origin } from './node.ts';
import type { Variables } from './variables.ts';

/** What went wrong inside of a text; the caller knows where it stands. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

const NAME = /^[_a-zA-Z][_a-zA-Z0-9]*/;
const OPERATOR = /^:?[-?+]/;

/** The text with every variable put in; `$$` is a dollar sign. Throws TemplateError. */
export function substitute(text: string, variables: Variables): string {
  let result = '';
  for (let at = 0; at < text.length;) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0) return result + text.slice(at);
    result += text.slice(at, dollar);
    const { value, end } = referenceAt(text, dollar, variables);
    result += value;
    at = end;
  }
  return result;
}

function referenceAt(text: string, dollar: number, variables: Variables): { value: string; end: number } {
  const behind = text.slice(dollar + 1);
  if (behind.startsWith('$')) return { value: '$', end: dollar + 2 };
  const [bare] = NAME.exec(behind) ?? [];
  if (bare !== undefined) return { value: valueOf(bare, variables), end: dollar + 1 + bare.length };
  const close = behind.startsWith('{') ? closingBrace(behind) : -1;
  if (close < 0) throw wrong(text);
  return { value: braced(behind.slice(1, close), text, variables), end: dollar + 1 + close + 1 };
}

/** Of the brace that a text begins with; inner `${` count. */
function closingBrace(text: string): number {
  let open = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '{' && (at === 0 || text[at - 1] === '$')) open += 1;
    if (text[at] === '}' && (open -= 1) === 0) return at;
  }
  return -1;
}

function braced(inside: string, text: string, variables: Variables): string {
  const [name] = NAME.exec(inside) ?? [];
  if (name === undefined) throw wrong(text);
  const rest = inside.slice(name.length);
  if (rest === '') return valueOf(name, variables);
  const [operator] = OPERATOR.exec(rest) ?? [];
  if (operator === undefined) throw wrong(text);
  const word = rest.slice(operator.length);
  const value = variables.find(name);
  const isThere = value !== undefined && (!operator.startsWith(':') || value !== '');
  switch (operator.at(-1)) {
    case '-':
      return isThere ? value : substitute(word, variables);
    case '+':
      return isThere ? substitute(word, variables) : '';
    default: {
      if (isThere) return value;
      const why = substitute(word, variables);
      throw new TemplateError(
        `required variable ${name} is missing a value${why === '' ? '' : `: ${why}`} (set it in the environment, or in an env file)`,
      );
    }
  }
}

function valueOf(name: string, variables: Variables): string {
  const value = variables.find(name);
  if (value === undefined) variables.onMissing(name);
  return value ?? '';
}

const wrong = (text: string): TemplateError =>
  new TemplateError(
    `invalid interpolation format in ${JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)}: write $NAME, \${NAME}, \${NAME:-default}, or $$ for a dollar sign`,
  );

/** The same with the place of the text. Throws ComposeError. */
export function substituteAt(text: string, origin: Origin, variables: Variables): string {
  try {
    return substitute(text, variables);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new ComposeError(error.message, origin);
  }
}

/** Every text of a tree; keys stay as they are. Throws ComposeError. */
export function interpolate(node: Node, variables: Variables): Node {
  switch (node.type) {
    case 'scalar':
      if (typeof node.value !== 'string' || !node.value.includes('$')) return node;
      return { ...node, value: substituteAt(node.value, node.origin, variables) };
    case 'list':
      return { ...node, items: node.items.map((item) => interpolate(item, variables)) };
    case 'map':
      return {
        ...node,
        entries: new Map(
          [...node.entries].map(([key, entry]) => [key, { ...entry, value: interpolate(entry.value, variables) }]),
        ),
      };
  }
}
