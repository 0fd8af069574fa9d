import type { KubeObject } from '../../../schemas/object.ts';
import type { SheetRow } from '../../output/sheet.ts';

interface WithData extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
  readonly type?: string;
}

const byKey = (map: Readonly<Record<string, string>> = {}): readonly (readonly [string, string])[] =>
  Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));

const sizeOf = (base64: string): string => `${String(Buffer.byteLength(base64, 'base64'))} bytes`;

/** Text as it is, bytes by their number. */
export function bodyOfConfigMap(object: KubeObject): readonly SheetRow[] {
  const { data, binaryData, immutable } = object as WithData;
  const texts = byKey(data).map(([key, text]): SheetRow => [key, text.replace(/\n$/, '')]);
  const binaries = byKey(binaryData).map(([key, base64]): SheetRow => [key, sizeOf(base64)]);
  return [
    ...(immutable === true ? [['Immutable', 'true'] as const] : []),
    ['Data', texts.length === 0 ? '<none>' : { rows: texts }],
    ...(binaries.length === 0 ? [] : [['Binary Data', { rows: binaries }] as const]),
  ];
}

/** How long the values are, and nothing else of them. */
export function bodyOfSecret(object: KubeObject): readonly SheetRow[] {
  const { data, type = '', immutable } = object as WithData;
  const sizes = byKey(data).map(([key, base64]): SheetRow => [key, sizeOf(base64)]);
  return [
    ['Type', type],
    ...(immutable === true ? [['Immutable', 'true'] as const] : []),
    ['Data', sizes.length === 0 ? '<none>' : { rows: sizes }],
  ];
}
