import { UsageError } from '../errors.ts';

/** The values of `--set`: `NAME=VALUE`, or `NAME` for what the environment has. Throws UsageError. */
export function parseSettings(
  given: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const text of given) {
    const at = text.indexOf('=');
    const name = at < 0 ? text : text.slice(0, at);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw new UsageError(`--set ${text}: write NAME=VALUE, or NAME for the value that the environment has`);
    const value = at < 0 ? env[name] : text.slice(at + 1);
    if (value === undefined) throw new UsageError(`--set ${name}: the environment has no ${name}; write ${name}=VALUE`);
    settings.set(name, value);
  }
  return settings;
}
