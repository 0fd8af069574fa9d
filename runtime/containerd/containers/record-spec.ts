import type { OciProcess } from '../spec/oci.ts';

/** The parts of a record's OCI spec that the adapter looks at again. */
export interface RecordSpec {
  readonly process?: OciProcess;
  readonly linux?: {
    readonly cgroupsPath?: string;
    readonly resources?: Readonly<Record<string, unknown>>;
  };
}

/** Node 24 has both (proposal json-parse-with-source), TypeScript's library does not know them yet. */
interface SourceJson {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
}

/** Numbers beyond 2^53 (RLIM_INFINITY) keep their digits, so that `encodeSpec` writes back what was there. */
export function decodeSpec(bytes: Uint8Array): RecordSpec {
  const json = JSON as unknown as SourceJson;
  const spec = json.parse(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'),
    (_, value, { source }) =>
      typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined ? json.rawJSON(source) : value,
  );
  return typeof spec === 'object' && spec !== null ? spec : {};
}

export function encodeSpec(spec: RecordSpec): Uint8Array {
  return Buffer.from(JSON.stringify(spec));
}
