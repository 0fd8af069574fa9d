import { Document, Scalar, visit } from 'yaml';

const OPTIONS = { schema: 'core', compat: 'yaml-1.1', aliasDuplicateObjects: false, sortMapEntries: true } as const;

/** Text of several lines that begins with white space or has a line of nothing else: a block would lose some of it. */
const BLANK_LINE = /^\s[^]*\n|^[^]*\n[ \t]+(?:\n|$)/;

/**
 * YAML as `kubectl -o yaml` lays it out: two spaces, list items at the indentation of their list's name, keys in
 * alphabetical order, long lines whole, text that could be taken for something else in double quotes, several lines of
 * text as a block. `decodeYaml` reads it back to the same value.
 */
export function encodeYaml(value: unknown): string {
  const document = new Document(value, OPTIONS);
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && BLANK_LINE.test(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ indentSeq: false, lineWidth: 0, singleQuote: false, nullStr: 'null' });
}

/** Several values as one YAML text, with `---` between them. */
export function encodeYamlDocuments(values: readonly unknown[]): string {
  return values.map(encodeYaml).join('---\n');
}
