/** All cases, by subject. */
import type { Group } from '../suite/case.ts';
import { createCases } from './create.ts';
import { getCases } from './get.ts';
import { selectorCases } from './selectors.ts';
import { watchCases } from './watch.ts';

export const groups: readonly Group[] = [
  { name: 'get', cases: getCases },
  { name: 'selectors', cases: selectorCases },
  { name: 'watch', cases: watchCases },
  { name: 'create', cases: createCases },
];
