/**
 * Makes the apt source of another suite out of the machine's configured ones, so that mirrors, keys and proxies stay what
 * their owner chose and no address stands in this repository.
 */
export interface SourceFile {
  /** Ends in `.list` (one line a source) or `.sources` (deb822 stanzas). */
  readonly name: string;
  readonly text: string;
}

/** The deb822 text for `target`, from the first source that carries `suite main`. Throws when there is none. */
export function deriveSource(files: readonly SourceFile[], suite: string, target: string): string {
  for (const { name, text } of files) {
    const derived = name.endsWith('.sources') ? fromStanzas(text, suite, target) : fromLines(text, suite, target);
    if (derived !== undefined) return derived;
  }
  throw new Error(`no apt source for "${suite} main" under /etc/apt, from which one for ${target} could be derived`);
}

function fromStanzas(text: string, suite: string, target: string): string | undefined {
  const withoutComments = text.replace(/^#.*\n?/gm, '');
  for (const stanza of withoutComments.split(/\n\s*\n/)) {
    const fields = stanzaFields(stanza);
    const words = (field: string): string[] => (fields.get(field) ?? '').split(/\s+/);
    const fits =
      words('types').includes('deb') &&
      words('suites').includes(suite) &&
      words('components').includes('main') &&
      !/^(no|false|0)$/i.test((fields.get('enabled') ?? '').trim());
    if (fits) return deb822(fields.get('uris') ?? '', target, fields.get('signed-by'));
  }
  return undefined;
}

/** Field names in lower case; continuation lines stay as they are (an embedded key needs them). */
function stanzaFields(stanza: string): ReadonlyMap<string, string> {
  const entries = stanza.matchAll(/^([A-Za-z-]+):((?:.*)(?:\n[ \t].*)*)/gm);
  return new Map(entries.map(([, name = '', value = '']) => [name.toLowerCase(), value]));
}

function fromLines(text: string, suite: string, target: string): string | undefined {
  for (const line of text.split('\n')) {
    const [, options = '', uri = '', name, components = ''] =
      /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line) ?? [];
    if (name !== suite || !components.split(/\s+/).includes('main')) continue;
    return deb822(uri, target, /signed-by=(\S+)/.exec(options)?.[1]);
  }
  return undefined;
}

function deb822(uris: string, suite: string, signedBy: string | undefined): string {
  const lines = ['Types: deb', `URIs: ${uris.trim()}`, `Suites: ${suite}`, 'Components: main'];
  if (signedBy !== undefined) lines.push(`Signed-By:${/^\s/.test(signedBy) ? '' : ' '}${signedBy.trimEnd()}`);
  return `${lines.join('\n')}\n`;
}
