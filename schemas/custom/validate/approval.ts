import type { KubeObject } from '../../object.ts';
import { invalid, required, type FieldIssue } from '../../structural/issue.ts';

const annotation = 'api-approved.kubernetes.io';
const path = `metadata.annotations[${annotation}]`;
const where = 'see https://github.com/kubernetes/enhancements/pull/1111';

type Approval = 'missing' | 'bypassed' | 'approved' | 'invalid';

/** Groups of the Kubernetes community are protected: who defines a kind in one must say who approved it. */
export function validateApproval(group: string, next: KubeObject, current?: KubeObject): readonly FieldIssue[] {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(group)) return [];
  const state = approvalOf(next);
  if (current !== undefined && approvalOf(current) === state) return [];
  const name = JSON.stringify(annotation);
  if (state === 'missing') return [required(path, `protected groups must have approval annotation ${name}, ${where}`)];
  if (state !== 'invalid') return [];
  const says = `protected groups must have approval annotation ${name} with either a URL or a reason starting with "unapproved", ${where}`;
  return [invalid(path, valueOf(next), says)];
}

const valueOf = ({ metadata: { annotations = {} } }: KubeObject): string =>
  Object.hasOwn(annotations, annotation) ? (annotations[annotation] ?? '') : '';

function approvalOf(object: KubeObject): Approval {
  const value = valueOf(object);
  if (value === '') return 'missing';
  if (value.startsWith('unapproved')) return 'bypassed';
  return URL.canParse(value) && new URL(value).host !== '' ? 'approved' : 'invalid';
}
