import { UsageError } from '../../errors.ts';

/** `type=tar,dest=out.tar` as a map; a word without `=` is one under ''. Throws UsageError for a name that is none of `known`. */
export function fieldsOf(flag: string, text: string, known: readonly string[]): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (const part of text.split(',')) {
    const at = part.indexOf('=');
    const name = at < 0 ? '' : part.slice(0, at).toLowerCase();
    if (name !== '' && !known.includes(name))
      throw new UsageError(`--${flag} ${text}: unknown field "${name}", there are ${known.join(', ')}`);
    if (Object.hasOwn(fields, name))
      throw new UsageError(`--${flag} ${text}: ${name === '' ? part : name} is given twice`);
    fields[name] = at < 0 ? part : part.slice(at + 1);
  }
  return fields;
}

/** `NAME=VALUE`; without `=` there is no value. Throws UsageError for an empty name. */
export function pairOf(flag: string, text: string): { readonly name: string; readonly value: string | undefined } {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  if (name === '') throw new UsageError(`--${flag} ${text}: the name is missing`);
  return { name, value: at < 0 ? undefined : text.slice(at + 1) };
}
