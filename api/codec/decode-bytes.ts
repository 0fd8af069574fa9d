import type { DecodedBody } from './decode-object.ts';
import { decodeJson } from '../../schemas/text/json.ts';
import type { KindRef } from '../../schemas/object.ts';
import { TextError } from '../../schemas/text/text-error.ts';
import { badRequest } from '../status-error.ts';
import type { BodyFormat } from './media-types.ts';

/**
 * Reads a body in one of the formats; the readers of YAML and protobuf are loaded with the first body that needs them.
 * `fallback` is the kind of a protobuf body that does not name its own. Throws BadRequest with the place of the mistake.
 */
export async function decodeBytes(
  bytes: Uint8Array,
  format: BodyFormat,
  fallback: KindRef | undefined,
): Promise<DecodedBody> {
  if (format === 'protobuf') {
    const { decodeProtobuf } = await import('./protobuf/decode.ts');
    return { value: decodeProtobuf(bytes, fallback, MAX_NODES), duplicates: [] };
  }
  try {
    return format === 'json' ? fromJson(bytes) : await fromYaml(bytes);
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    throw Object.assign(badRequest(`couldn't get version/kind; ${format} parse error: ${error.message}`), {
      cause: error,
    });
  }
}

/** Values in one body. What a million of them cost is no matter of bytes: the largest real objects hold 40,000. */
const MAX_NODES = 100_000;

/** YAML of more bytes is read beside the event loop. */
const APART_BYTES = 16 * 1024;

function fromJson(bytes: Uint8Array): DecodedBody {
  const { value, duplicates } = decodeJson(bytes, { maxNodes: MAX_NODES });
  return { value, duplicates: duplicates.map(({ path }) => path) };
}

async function fromYaml(bytes: Uint8Array): Promise<DecodedBody> {
  const documents = bytes.length > APART_BYTES ? await readApart(bytes) : await readHere(bytes);
  const [document] = documents;
  if (document === undefined || documents.length > 1) {
    throw new TextError(`the body must be one YAML document, not ${String(documents.length)}`);
  }
  return document;
}

async function readApart(bytes: Uint8Array): Promise<readonly DecodedBody[]> {
  const { decodeYamlApart } = await import('../../schemas/text/yaml-thread.ts');
  return decodeYamlApart(bytes, { maxNodes: MAX_NODES });
}

async function readHere(bytes: Uint8Array): Promise<readonly DecodedBody[]> {
  const { decodeYaml } = await import('../../schemas/text/yaml.ts');
  return decodeYaml(bytes, { maxNodes: MAX_NODES }).map(({ value, duplicates }) => ({
    value,
    duplicates: duplicates.map(({ path }) => path),
  }));
}
