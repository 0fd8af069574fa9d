/** All cases, by subject. */
import type { Group } from '../suite/case.ts';
import { applyCases } from './apply.ts';
import { authCases } from './auth.ts';
import { clientSideCases } from './client-side.ts';
import { configCases } from './config.ts';
import { createCases } from './create.ts';
import { customResourceDefinitionCases } from './custom-resource-definitions.ts';
import { customResourceValueCases } from './custom-resource-values.ts';
import { deleteCases } from './delete.ts';
import { describeCases } from './describe.ts';
import { diffCases } from './diff.ts';
import { discoveryCases } from './discovery.ts';
import { editCases } from './edit.ts';
import { eventCases } from './events.ts';
import { explainCases } from './explain.ts';
import { garbageCases } from './garbage.ts';
import { getWhichCases } from './get-which.ts';
import { getCases } from './get.ts';
import { invalidCases } from './invalid.ts';
import { labelCases } from './label.ts';
import { namespaceCases } from './namespaces.ts';
import { ownKindCases } from './own-kinds.ts';
import { patchCases } from './patch.ts';
import { podCases } from './pods.ts';
import { pruneCases } from './prune.ts';
import { replaceCases } from './replace.ts';
import { scaleCases } from './scale.ts';
import { selectorCases } from './selectors.ts';
import { serverSideApplyCases } from './server-side-apply.ts';
import { waitCases } from './wait.ts';
import { watchCases } from './watch.ts';

/** What containers and controllers must do comes first: the rest fills the time that they take. */
export const groups: readonly Group[] = [
  { name: 'pods', cases: podCases },
  { name: 'namespaces', cases: namespaceCases },
  { name: 'owners', cases: garbageCases },
  { name: 'get', cases: [...getCases, ...getWhichCases] },
  { name: 'selectors', cases: selectorCases },
  { name: 'watch', cases: watchCases },
  { name: 'describe', cases: describeCases },
  { name: 'create', cases: createCases },
  { name: 'bad input', cases: invalidCases },
  { name: 'apply', cases: applyCases },
  { name: 'apply --server-side', cases: serverSideApplyCases },
  { name: 'apply --prune', cases: pruneCases },
  { name: 'diff', cases: diffCases },
  { name: 'edit', cases: editCases },
  { name: 'patch', cases: patchCases },
  { name: 'replace', cases: replaceCases },
  { name: 'label and annotate', cases: labelCases },
  { name: 'delete', cases: deleteCases },
  { name: 'wait', cases: waitCases },
  { name: 'explain', cases: explainCases },
  { name: 'scale', cases: scaleCases },
  { name: 'events', cases: eventCases },
  { name: 'discovery', cases: discoveryCases },
  { name: 'auth', cases: authCases },
  { name: 'config', cases: configCases },
  { name: 'client side', cases: clientSideCases },
  { name: 'kinds of tsmoby.dev', cases: ownKindCases },
  { name: 'custom resources', cases: [...customResourceDefinitionCases, ...customResourceValueCases] },
];
