import { decodeJsonStream } from './json.ts';
import type { Decoded, DecodeOptions } from './decoded.ts';
import { TextError } from './text-error.ts';
import { decodeUtf8 } from './utf8.ts';
import { decodeYaml } from './yaml.ts';

/**
 * Reads a manifest file: YAML with any number of documents, or JSON values one after the other. What begins with `{` or
 * `[` is JSON first, and YAML's own flow style when it is not. Throws TextError with file, line and column.
 */
export function decodeManifest(input: Uint8Array | string, options: DecodeOptions = {}): readonly Decoded[] {
  const text = decodeUtf8(input, options.file);
  if (!/^\s*[[{]/.test(text)) return decodeYaml(text, options);
  try {
    return decodeJsonStream(text, options);
  } catch (jsonError) {
    if (!(jsonError instanceof TextError)) throw jsonError;
    try {
      return decodeYaml(text, options);
    } catch {
      throw jsonError;
    }
  }
}
