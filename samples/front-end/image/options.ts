/** What was asked for, as BuildKit puts it into a front end's environment. */
const OPTION = /^BUILDKIT_FRONTEND_OPT_\d+$/;

/** `filename`, `target`, `build-arg:NAME`, `label:NAME`, `context:NAME`, …; and `session`, the id of the client's session. */
export function readOptions(env: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, string> {
  const options = new Map([['session', env['BUILDKIT_SESSION_ID'] ?? '']]);
  for (const [name, value = ''] of Object.entries(env)) {
    const equals = value.indexOf('=');
    if (OPTION.test(name) && equals > 0) options.set(value.slice(0, equals), value.slice(equals + 1));
  }
  return options;
}

/** Values of the options that begin with `prefix`, by the rest of their names. */
export function optionsWith(options: ReadonlyMap<string, string>, prefix: string): Readonly<Record<string, string>> {
  const chosen = [...options].filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(chosen.map(([name, value]) => [name.slice(prefix.length), value]));
}

export const buildArguments = (options: ReadonlyMap<string, string>): Readonly<Record<string, string>> =>
  optionsWith(options, 'build-arg:');
