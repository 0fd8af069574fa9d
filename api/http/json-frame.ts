import type { WatchFrame } from '../pipeline/response.ts';

const NEWLINE = Buffer.from('}\n');
const HEADS: Readonly<Record<WatchFrame['type'], Uint8Array>> = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
  BOOKMARK: Buffer.from('{"type":"BOOKMARK","object":'),
  ERROR: Buffer.from('{"type":"ERROR","object":'),
};

/** An event of a watch in JSON: one line. */
export const jsonFrame = (type: WatchFrame['type'], object: Uint8Array): Uint8Array =>
  Buffer.concat([HEADS[type], object, NEWLINE]);
