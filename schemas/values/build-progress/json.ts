import { isUtf8 } from 'node:buffer';
import type { ProgressEntry } from './entry.ts';

/** One entry as a line of JSON, with its end. Output of a step stands there as `text`, or as `base64` where its bytes are no UTF-8. */
export function progressLine(entry: ProgressEntry): string {
  if (entry.type !== 'log') return `${JSON.stringify(entry)}\n`;
  const { data, ...rest } = entry;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const body = isUtf8(data) ? { text: bytes.toString('utf8') } : { base64: bytes.toString('base64') };
  return `${JSON.stringify({ ...rest, ...body })}\n`;
}

const TYPES: ReadonlySet<unknown> = new Set(['begin', 'step', 'progress', 'log', 'warning', 'note', 'end']);

/** The entry of such a line; undefined for any other, also one of a type that a newer server has. */
export function parseProgressLine(line: string): ProgressEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('type' in value) || !TYPES.has(value.type)) return undefined;
  if (value.type !== 'log') return value as ProgressEntry;
  const { text, base64, ...rest } = value as Record<string, unknown>;
  const data =
    typeof text === 'string' ? Buffer.from(text) : Buffer.from(typeof base64 === 'string' ? base64 : '', 'base64');
  return { ...rest, data: new Uint8Array(data) } as ProgressEntry;
}
