/** From what a question says to objects, each checked and with its defaults as on its way into the store. */
import { setImmediate } from 'node:timers/promises';
import { apiVersionOf, parseApiVersion } from '../../schemas/kinds.ts';
import type { Plan, PlanChange } from '../../schemas/gen/types.ts';
import type { JsonObject, ObjectRef } from '../../schemas/object.ts';
import { invalid, maxIssues, show, type FieldIssue } from '../../schemas/structural/issue.ts';
import { isObject } from '../../schemas/structural/own.ts';
import { shapeObject } from '../codec/decode-object.ts';
import type { Registry } from '../registry/registry.ts';
import type { ServedResource } from '../registry/resource.ts';
import { badRequest } from '../status-error.ts';
import type { AskedChange } from './planner.ts';

/** A third of what one piece of work may hold the event loop for. */
const SLICE_MS = 3;

export interface Asked {
  readonly changes: readonly AskedChange[];
  /** With paths from the root of the question; the changes are to be used only when there are none. */
  readonly issues: readonly FieldIssue[];
}

/** The changes of a question. Throws BadRequest for objects that nothing can be made of. */
export async function readChanges({ spec }: Plan, registry: Registry, signal: AbortSignal): Promise<Asked> {
  const changes: AskedChange[] = [];
  const issues: FieldIssue[] = [];
  const named = new Set<string>();
  let started = performance.now();
  for (const [index, change] of (spec.changes ?? []).entries()) {
    if (performance.now() - started > SLICE_MS) {
      await setImmediate();
      signal.throwIfAborted();
      started = performance.now();
    }
    const read = readChange(change, `spec.changes[${index}]`, registry);
    if (issues.length >= maxIssues) break;
    if ('issues' in read) {
      issues.push(...read.issues);
      continue;
    }
    const { ref } = read;
    const id = [ref.apiVersion, ref.kind, ref.namespace ?? '', ref.name].join(' ');
    if (named.has(id)) issues.push(duplicate(`spec.changes[${index}]`, id));
    named.add(id);
    changes.push(read.change);
  }
  return { changes, issues };
}

const duplicate = (path: string, id: string): FieldIssue => ({
  path,
  reason: 'FieldValueDuplicate',
  message: `Duplicate value: ${show(id)}`,
});

type Read = { readonly change: AskedChange; readonly ref: ObjectRef } | { readonly issues: readonly FieldIssue[] };

function readChange({ object, delete: gone }: PlanChange, path: string, registry: Registry): Read {
  if ((object === undefined) === (gone === undefined)) {
    const why = 'must have exactly one of object and delete';
    return { issues: [invalid(path, null, why)] };
  }
  const at = object === undefined ? `${path}.delete` : `${path}.object`;
  const given = object ?? (gone as unknown as JsonObject);
  const { apiVersion, kind } = given;
  const resource = resourceOf(apiVersion, kind, registry);
  if (resource === undefined) {
    const what = `${typeof kind === 'string' ? kind : '?'} of ${typeof apiVersion === 'string' ? apiVersion : '?'}`;
    return {
      issues: [invalid(`${at}.kind`, kind ?? null, `no objects of kind ${what} are kept here`)],
    };
  }
  const name = gone === undefined ? given['metadata'] : given;
  const named = isObject(name) ? { name: name['name'], namespace: name['namespace'] } : {};
  const place = gone === undefined ? `${at}.metadata` : at;
  const missing = nameIssues(named, place, resource);
  if (missing.length > 0) return { issues: missing };
  const ref = {
    apiVersion: apiVersionOf(resource.definition),
    kind: resource.definition.kind,
    ...(resource.definition.scope === 'Namespaced' ? { namespace: named.namespace as string } : {}),
    name: named.name as string,
  };
  if (gone !== undefined) return { change: { delete: ref }, ref };
  return shaped(given, at, resource, ref);
}

function shaped(given: JsonObject, at: string, resource: ServedResource, ref: ObjectRef): Read {
  const refuse = (words: string) => badRequest(`${at}: ${words}`);
  const object = shapeObject(given, [], resource, { validation: 'Ignore', warn: () => undefined, refuse });
  const issues = resource.schema.validate(object as unknown as JsonObject);
  if (issues.length > 0) return { issues: issues.map((issue) => ({ ...issue, path: within(at, issue.path) })) };
  return { change: { object }, ref };
}

/** An issue may be of the object as a whole. */
const within = (at: string, path: string): string => (path === '' || path === '<nil>' ? at : `${at}.${path}`);

/** Kinds with objects of their own: neither views of others nor questions. */
function resourceOf(apiVersion: unknown, kind: unknown, registry: Registry): ServedResource | undefined {
  const at = typeof apiVersion === 'string' ? parseApiVersion(apiVersion) : undefined;
  const found = at && typeof kind === 'string' ? registry.findKind(at.group, at.version, kind) : undefined;
  return found?.capabilities.update === undefined || found.definition.storedAs !== undefined ? undefined : found;
}

function nameIssues(
  { name, namespace }: { readonly name?: unknown; readonly namespace?: unknown },
  path: string,
  { definition: { scope, kind } }: ServedResource,
): readonly FieldIssue[] {
  const required = (field: string): FieldIssue => ({
    path: `${path}.${field}`,
    reason: 'FieldValueRequired',
    message: 'Required value',
  });
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
  if (scope === 'Namespaced') {
    return [...(isText(name) ? [] : [required('name')]), ...(isText(namespace) ? [] : [required('namespace')])];
  }
  if (!isText(name)) return [required('name')];
  return isText(namespace) ? [invalid(`${path}.namespace`, namespace as string, `a ${kind} has no namespace`)] : [];
}
