import { Document, Scalar, visit } from 'yaml';

const OPTIONS = { schema: 'core', compat: 'yaml-1.1', aliasDuplicateObjects: false, sortMapEntries: true } as const;

/** Text of several lines that begins with white space or has a line of nothing else: a block would lose some of it. */
const BLANK_LINE = /^\s[^]*\n|^[^]*\n[ \t]+(?:\n|$)/;

/** Characters that no YAML text may hold as they are; the library escapes only those that JSON escapes. */
const CONTROL = /[\u007f-\u0084\u0086-\u009f]/;
const CONTROLS = new RegExp(CONTROL, 'g');

/**
 * YAML as `kubectl -o yaml` lays it out: two spaces, list items at the indentation of their list's name, keys in
 * alphabetical order, long lines whole, text that could be taken for something else in double quotes, several lines of
 * text as a block. `decodeYaml` reads it back to the same value.
 */
export function encodeYaml(value: unknown): string {
  const document = new Document(value, OPTIONS);
  visit(document, {
    Scalar(_, node) {
      const { value: text } = node;
      if (typeof text === 'string' && (BLANK_LINE.test(text) || CONTROL.test(text))) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  const yaml = document.toString({ indentSeq: false, lineWidth: 0, singleQuote: false, nullStr: 'null' });
  // they stand in double quotes only
  return yaml.replace(CONTROLS, (sign) => `\\x${sign.charCodeAt(0).toString(16)}`);
}

/** Several values as one YAML text, with `---` between them. */
export function encodeYamlDocuments(values: readonly unknown[]): string {
  return values.map(encodeYaml).join('---\n');
}
