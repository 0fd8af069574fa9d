import { quantityValue, QuantityError } from '../../../schemas/values/quantity.ts';
import { UsageError } from '../../errors.ts';

const DECIMAL = ['b', 'kb', 'mb', 'gb', 'tb'];
const WITH_UNIT = /^(\d+(?:\.\d+)?)\s*([kmgt]?b)$/i;

/** Bytes of `10GB`, as sizes are shown, or of Kubernetes' `10Gi`. Throws UsageError. */
export function parseSize(flag: string, text: string): number {
  const [, number, unit = ''] = WITH_UNIT.exec(text) ?? [];
  if (number !== undefined) return Math.round(Number(number) * 1000 ** DECIMAL.indexOf(unit.toLowerCase()));
  try {
    const bytes = quantityValue(text);
    if (bytes >= 0) return bytes;
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
  }
  throw new UsageError(`invalid argument "${text}" for "--${flag}" flag: write it like 10GB, 512Mi or 1e9`);
}
