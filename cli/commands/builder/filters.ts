import { UsageError } from '../../errors.ts';
import type { CacheRecord } from './cache.ts';

type Test = (record: CacheRecord) => boolean;

const FLAGS: Readonly<Record<string, Test>> = {
  inuse: ({ inUse }) => inUse,
  shared: ({ shared }) => shared,
  private: ({ shared }) => !shared,
};
const FIELDS: Readonly<Record<string, (record: CacheRecord) => string>> = {
  id: ({ id }) => id,
  type: ({ type }) => type,
  description: ({ description }) => description,
};
const COMPARISON = /^(\w+)\s*(==?|!=|~=)\s*(.*)$/s;

/** What `--filter` says, as the builder has it: docker's `type=x` is its `type==x`. Throws UsageError. */
export const toBuildKit = (filter: string): string => {
  testOf(filter);
  return filter.replace(
    COMPARISON,
    (_, field: string, sign: string, value: string) => `${field}${sign === '=' ? '==' : sign}${value}`,
  );
};

/** Whether a record passes all of them. Throws UsageError. */
export function passes(filters: readonly string[]): Test {
  const tests = filters.map(testOf);
  return (record) => tests.every((test) => test(record));
}

function testOf(filter: string): Test {
  const bare = Object.hasOwn(FLAGS, filter) ? FLAGS[filter] : undefined;
  if (bare !== undefined) return bare;
  const [, name = '', sign, value = ''] = COMPARISON.exec(filter) ?? [];
  const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (field === undefined) {
    throw new UsageError(`--filter ${filter}: write it like type=regular, description~=TEXT, inuse, shared or private`);
  }
  if (sign === '!=') return (record) => field(record) !== value;
  if (sign !== '~=') return (record) => field(record) === value;
  const pattern = patternOf(filter, value);
  return (record) => pattern.test(field(record));
}

function patternOf(filter: string, value: string): RegExp {
  try {
    return new RegExp(value);
  } catch (error) {
    throw new UsageError(`--filter ${filter}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
