/** What an object goes through before it is stored: strategy, admission, managed fields, validation; in this order, as on the real server. */
import type { JsonObject, KubeObject } from '../../schemas/object.ts';
import type { FieldIssue } from '../../schemas/structural/issue.ts';
import { invalid } from '../status-error.ts';
import type { KindStore } from './kind-store.ts';
import { trackFields } from './managed-fields.ts';
import { checkPreconditions, keepIdentity, withGeneration, withStatusOf } from './object-rules.ts';
import type { CallContext, UpdateKind, WriteOptions } from './resource.ts';
import { warnOfBareFinalizers, withoutRepeatedOwners } from './tidy-metadata.ts';
import { validateMetadata, validateMetadataUpdate, validateServerFields } from './validate-metadata.ts';

/** Which part of an object a resource or subresource writes: takes that part of `next`, the rest of `current`. */
export type Section = (next: KubeObject, current: KubeObject) => KubeObject;

/** A new object. */
export async function prepareNew(
  kind: KindStore,
  context: CallContext,
  named: KubeObject,
  options: WriteOptions,
): Promise<KubeObject> {
  const { definition, strategy, admission, schema } = kind;
  const { dryRun } = options;
  const { attributes } = context;
  const bare = definition.subresources.includes('status') ? withStatusOf(named, undefined) : named;
  const prepared = strategy.prepareForCreate?.(bare) ?? bare;
  const admitted = await admission.mutate({ attributes, operation: 'CREATE', object: prepared, dryRun });
  const object = trackFields(kind, admitted, undefined, options, '');
  refuseInvalid(kind, object, [
    ...validateMetadata(object.metadata, strategy),
    ...schema.validate(object as unknown as JsonObject),
    ...(strategy.validate?.(object) ?? []),
  ]);
  if (!strategy.qualifiedFinalizers) warnOfBareFinalizers(object, context.warn);
  for (const warning of strategy.warnings?.(object) ?? []) context.warn(warning);
  await admission.validate({ attributes, operation: 'CREATE', object, dryRun });
  return object;
}

/** Preconditions, strategy, admission, generation, managed fields, validation. Gives back `current` itself for no change. */
export async function prepareNext(
  kind: KindStore,
  section: Section | undefined,
  {
    context,
    options,
  }: { readonly context: CallContext; readonly options: WriteOptions & { readonly kind: UpdateKind } },
  asked: KubeObject,
  current: KubeObject,
): Promise<KubeObject> {
  const { definition, strategy, schema, admission } = kind;
  const { attributes } = context;
  const { uid, resourceVersion = '' } = asked.metadata as Partial<KubeObject['metadata']>;
  checkPreconditions(definition, current, { uid: options.kind === 'replace' ? uid : undefined, resourceVersion });
  if (options.kind === 'replace' && resourceVersion === '' && !strategy.allowUnconditionalUpdate) {
    const cause = {
      reason: 'FieldValueInvalid',
      field: 'metadata.resourceVersion',
      message: 'Invalid value: 0: must be specified for an update',
    } as const;
    throw invalid({ group: definition.group, kind: definition.plural }, current.metadata.name, [cause]);
  }
  const statusIsApart = definition.subresources.includes('status');
  const merged =
    section === undefined
      ? mainSection(asked, current, statusIsApart)
      : withOwnersOf(section(asked, current), asked, options);
  const identified = withoutRepeatedOwners(
    keepIdentity(merged, current, definition),
    ' after mutating admission happens',
    context.warn,
  );
  const prepared =
    section === undefined ? (strategy.prepareForUpdate?.(identified, current) ?? identified) : identified;
  const request = { attributes, operation: 'UPDATE', oldObject: current, dryRun: options.dryRun } as const;
  const admitted = await admission.mutate({ ...request, object: prepared });
  const counted = strategy.tracksGeneration ? withGeneration(admitted, current, statusIsApart) : admitted;
  const next = trackFields(kind, counted, current, options, attributes.subresource);
  if (next === current) return current;
  refuseInvalid(kind, next, [
    ...validateMetadata(next.metadata, strategy),
    ...validateMetadataUpdate(next.metadata, current.metadata),
    ...(section === undefined ? validateServerFields(asked.metadata, current.metadata) : []),
    ...schema.validate(next as unknown as JsonObject, current as unknown as JsonObject),
    ...(strategy.validate?.(next, current) ?? []),
  ]);
  if (!strategy.qualifiedFinalizers) warnOfBareFinalizers(next, context.warn);
  if (section === undefined) for (const warning of strategy.warnings?.(next, current) ?? []) context.warn(warning);
  await admission.validate({ ...request, object: next });
  return next;
}

/** An apply through a subresource brings its managed fields along; other writes have theirs worked out. */
function withOwnersOf(object: KubeObject, asked: KubeObject, { operation }: WriteOptions): KubeObject {
  const { managedFields } = asked.metadata;
  if (operation !== 'Apply' || managedFields === undefined) return object;
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

/** Writes of the object itself leave the status alone where that has a subresource of its own. */
const mainSection = (next: KubeObject, current: KubeObject, statusIsApart: boolean): KubeObject =>
  statusIsApart ? withStatusOf(next, current) : next;

function refuseInvalid({ definition }: KindStore, object: KubeObject, issues: readonly FieldIssue[]): void {
  if (issues.length === 0) return;
  const causes = issues.map(({ path, reason, message }) => ({ field: path, reason, message }));
  throw invalid(definition, object.metadata.name, causes);
}
