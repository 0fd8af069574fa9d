import type { Renderer } from './render.ts';

/**
 * The same representation as YAML; the library is loaded with the first such request. JSON is parsed again: YAML is for
 * people with curl, not for speed.
 */
export async function asYaml(renderer: Renderer): Promise<Renderer> {
  const [{ encodeYaml }, { decodeJson }] = await Promise.all([
    import('../../schemas/text/encode-yaml.ts'),
    import('../../schemas/text/json.ts'),
  ]);
  const read = (json: Uint8Array | string): unknown => decodeJson(json).value;
  return {
    ...renderer,
    contentType: 'application/yaml',
    object: (value) => Buffer.from(encodeYaml(read(renderer.object(value)))),
    item: (value) => Buffer.from(encodeYaml([read(renderer.item(value))])),
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
