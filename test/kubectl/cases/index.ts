/** All cases, by subject. */
import type { Group } from '../suite/case.ts';
import { applyCases } from './apply.ts';
import { createCases } from './create.ts';
import { deleteCases } from './delete.ts';
import { diffCases } from './diff.ts';
import { editCases } from './edit.ts';
import { garbageCases } from './garbage.ts';
import { getCases } from './get.ts';
import { labelCases } from './label.ts';
import { namespaceCases } from './namespaces.ts';
import { patchCases } from './patch.ts';
import { pruneCases } from './prune.ts';
import { replaceCases } from './replace.ts';
import { selectorCases } from './selectors.ts';
import { serverSideApplyCases } from './server-side-apply.ts';
import { watchCases } from './watch.ts';

/** What controllers must do comes first: they have most to do at the end. */
export const groups: readonly Group[] = [
  { name: 'owners', cases: garbageCases },
  { name: 'namespaces', cases: namespaceCases },
  { name: 'get', cases: getCases },
  { name: 'selectors', cases: selectorCases },
  { name: 'watch', cases: watchCases },
  { name: 'create', cases: createCases },
  { name: 'apply', cases: applyCases },
  { name: 'apply --server-side', cases: serverSideApplyCases },
  { name: 'apply --prune', cases: pruneCases },
  { name: 'diff', cases: diffCases },
  { name: 'edit', cases: editCases },
  { name: 'patch', cases: patchCases },
  { name: 'replace', cases: replaceCases },
  { name: 'label and annotate', cases: labelCases },
  { name: 'delete', cases: deleteCases },
];
