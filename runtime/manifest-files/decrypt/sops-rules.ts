/** Which values of a SOPS file are encrypted. */
import { createContext, Script } from 'node:vm';
import { DecryptError } from '../problem.ts';

export type SopsRule =
  | { readonly type: 'encryptedSuffix' | 'unencryptedSuffix'; readonly suffix: string }
  | { readonly type: 'encryptedRegex' | 'unencryptedRegex'; readonly regex: string };

/** What holds where a file says nothing. */
export const DEFAULT_RULE: SopsRule = { type: 'unencryptedSuffix', suffix: '_unencrypted' };

/** Whether a value below these keys is encrypted. `keys` are all keys of the file. */
export function encryptedBy(rule: SopsRule, keys: ReadonlySet<string>): (path: readonly string[]) => boolean {
  const meant =
    'regex' in rule ? matching(rule.regex, [...keys]) : [...keys].filter((key) => key.endsWith(rule.suffix));
  const found = new Set(meant);
  const isWanted = rule.type === 'encryptedSuffix' || rule.type === 'encryptedRegex';
  return (path) => path.some((key) => found.has(key)) === isWanted;
}

/** Milliseconds. An expression that somebody means ill with takes for ever. */
const DEADLINE = 200;

function matching(regex: string, keys: readonly string[]): readonly string[] {
  // Go writes flags in front
  const [, flags = '', source = regex] = /^\(\?([ims]+)\)([^]*)$/.exec(regex) ?? [];
  try {
    const context = createContext({ source, flags, keys });
    const script = new Script('const regex = new RegExp(source, flags); keys.filter((key) => regex.test(key))');
    return [...(script.runInContext(context, { timeout: DEADLINE }) as readonly string[])].map(String);
  } catch (error) {
    throw new DecryptError(
      `the SOPS file's expression ${JSON.stringify(regex)} cannot be used: ${(error as Error).message}`,
    );
  }
}
