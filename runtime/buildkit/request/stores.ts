/** Ids of the content stores that a session serves. */

/** Where the exporter `oci` with `tar=false` writes to. There is one for a session. */
export const EXPORT_STORE = 'export';

/** Of an image that we hold, in an attribute: the same for the same image, and a name as references allow. */
export function layoutStoreOf(digest: string): string {
  return `image-${digest.replace(/^sha256:/, '').slice(0, 16)}`;
}

/** Of the same image, as the builder asks for it. */
export function layoutStoreId(digest: string): string {
  return `oci:${layoutStoreOf(digest)}`;
}

/** Of a cache in a directory. */
export function localCacheId(path: string): string {
  return `local:${path}`;
}
