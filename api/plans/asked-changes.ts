/** From what a question says to objects, each checked and with its defaults as on its way into the store. */
import { MAX_CHANGES } from '../../schemas/definitions/plan.ts';
import { apiVersionOf, parseApiVersion } from '../../schemas/kinds.ts';
import type { Plan, PlanChange } from '../../schemas/gen/types.ts';
import type { JsonObject, JsonValue, ObjectRef } from '../../schemas/object.ts';
import { invalid, maxIssues, required, show, tooMany, type FieldIssue } from '../../schemas/structural/issue.ts';
import { isObject } from '../../schemas/structural/own.ts';
import { checkDnsLabel } from '../../schemas/values/names.ts';
import { shapeObject } from '../codec/decode-object.ts';
import type { Registry } from '../registry/registry.ts';
import type { ServedResource } from '../registry/resource.ts';
import { strategyOf } from '../registry/strategies/index.ts';
import { validateMetadata } from '../registry/validate-metadata.ts';
import { badRequest } from '../status-error.ts';
import type { AskedChange } from './planner.ts';
import { Slice } from './slice.ts';

export interface Asked {
  readonly changes: readonly AskedChange[];
  /** With paths from the root of the question; the changes are to be used only when there are none. */
  readonly issues: readonly FieldIssue[];
}

/**
 * The changes of a question whose types are right: what else its schema says is looked at here, in slices. Throws BadRequest for objects that
 * nothing can be made of.
 */
export async function readChanges({ spec }: Partial<Plan>, registry: Registry, signal: AbortSignal): Promise<Asked> {
  if (spec === undefined) return { changes: [], issues: [required('spec')] };
  const asked = spec.changes ?? [];
  if (asked.length > MAX_CHANGES) return { changes: [], issues: [tooMany('spec.changes', asked.length, MAX_CHANGES)] };
  const changes: AskedChange[] = [];
  const issues: FieldIssue[] = [];
  const named = new Set<string>();
  const slice = new Slice(signal);
  for (const [index, change] of asked.entries()) {
    await slice.turn();
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
  const strategy = strategyOf(resource.definition);
  const issues = [
    ...validateMetadata(object.metadata, strategy),
    ...resource.schema.validate(object as unknown as JsonObject),
    ...(strategy.validate?.(object) ?? []),
  ];
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

/** Names become keys and paths: they are as those in the store. */
function nameIssues(
  { name, namespace }: { readonly name?: unknown; readonly namespace?: unknown },
  path: string,
  { definition }: ServedResource,
): readonly FieldIssue[] {
  const ofName = textIssues(name, `${path}.name`, strategyOf(definition).checkName);
  if (definition.scope === 'Namespaced')
    return [...ofName, ...textIssues(namespace, `${path}.namespace`, checkDnsLabel)];
  if (namespace === undefined || namespace === '') return ofName;
  return [...ofName, invalid(`${path}.namespace`, namespace as JsonValue, `a ${definition.kind} has no namespace`)];
}

function textIssues(value: unknown, path: string, check: (text: string) => readonly string[]): readonly FieldIssue[] {
  if (typeof value !== 'string' || value === '') return [required(path)];
  return check(value).map((wrong) => invalid(path, value, wrong));
}
