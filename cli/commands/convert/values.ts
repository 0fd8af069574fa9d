/** Sizes and times of Compose as values of manifests. */
import { parseDurationNanos } from '../../../schemas/values/duration.ts';
import type { Field } from './book/field.ts';

const UNITS: Readonly<Record<string, string>> = { '': '', b: '', k: 'Ki', m: 'Mi', g: 'Gi', t: 'Ti', p: 'Pi' };

/** `64m`, `1.5gb`, `1024`: docker's units are of 1024. */
export function sizeOf(field: Field): string {
  const text = field.text().trim();
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([bkmgtp]?)(?:i?b)?$/i.exec(text) ?? [];
  if (number === '') return field.fail(`write a size like 64m or 2g, and not ${JSON.stringify(text)}`);
  return `${number}${UNITS[unit.toLowerCase()] ?? ''}`;
}

/** Cores as a quantity: `0.5` is `500m`. */
export const coresOf = (cores: number): string =>
  Number.isInteger(cores) ? String(cores) : `${String(Math.max(1, Math.round(cores * 1000)))}m`;

export interface Seconds {
  readonly seconds: number;
  /** It was no whole number of seconds. */
  readonly rounded: boolean;
}

/** `1m30s`, `500ms`; a bare number is not taken, as docker does not. */
export function secondsOf(field: Field): Seconds {
  const text = field.text();
  try {
    const nanos = parseDurationNanos(text.replace(/(\d+)d/g, (_, days: string) => `${String(Number(days) * 24)}h`));
    const seconds = Number(nanos) / 1e9;
    return { seconds: Math.ceil(seconds), rounded: !Number.isInteger(seconds) };
  } catch {
    return field.fail(`write a time like 30s or 1m30s, and not ${JSON.stringify(text)}`);
  }
}

/** Manifests know `$(NAME)` and `$$`: what is meant as it stands has its dollar signs doubled. */
export const literal = (text: string): string => text.replaceAll(/\$(?=[$(])/g, '$$$$');
