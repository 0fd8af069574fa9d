import { bytesOf } from '../byte-sink.ts';
import type { Renderer } from './render.ts';

/** JSON is YAML too: what would take the library longer than 10 ms to lay out goes out as it is. */
const MOST_NODES = 600;
const SMALL_BYTES = 8 * 1024;

/**
 * The same representation as YAML; the library is loaded with the first such request. JSON is parsed again: YAML is for
 * people with curl, not for speed.
 */
export async function asYaml(renderer: Renderer): Promise<Renderer> {
  const [{ encodeYaml }, { decodeJson }, { scanJson }] = await Promise.all([
    import('../../schemas/text/encode-yaml.ts'),
    import('../../schemas/text/json.ts'),
    import('../../schemas/text/json-scan.ts'),
  ]);
  const read = (json: Uint8Array | string): unknown => decodeJson(json).value;
  const isLarge = (json: Uint8Array): boolean =>
    json.length > SMALL_BYTES && scanJson(Buffer.from(json).toString('latin1')).nodes > MOST_NODES;
  const asDocument = (json: Uint8Array): Uint8Array => (isLarge(json) ? json : Buffer.from(encodeYaml(read(json))));
  const asItem = (json: Uint8Array): Uint8Array =>
    isLarge(json) ? Buffer.concat([Buffer.from('- '), json, Buffer.from('\n')]) : Buffer.from(encodeYaml([read(json)]));
  return {
    ...renderer,
    contentType: 'application/yaml',
    isSlow: true,
    object: (value) => asDocument(renderer.object(value)),
    item: (value, sink) => sink.bytes(asItem(bytesOf((json) => renderer.item(value, json)))),
    list: (metadata, empty) => {
      const { head, tail } = renderer.list(metadata, empty, 0);
      const { items, rows, ...rest } = read(String(head) + tail) as {
        readonly items?: unknown;
        readonly rows?: unknown;
      };
      const member = items === undefined && rows !== undefined ? 'rows' : 'items';
      return { head: `${encodeYaml(rest)}${member}:${empty ? ' []' : ''}\n`, separator: '', tail: '' };
    },
  };
}
