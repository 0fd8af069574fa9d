/** `metadata.managedFields`: who owns what, read, changed and written. */
import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { isList, isObject, own } from '../../schemas/structural/own.ts';
import { isEmpty, sameSet, type FieldSet } from './field-set.ts';
import { parseFieldsV1, serialiseFieldsV1, type FieldSetCache } from './fields-v1.ts';
import { reconcileWithSchema } from './reconcile-schema.ts';
import type { Place } from './shape.ts';

/** One owner. There is one entry for each (name, operation, apiVersion, subresource); appliers count once over versions. */
export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** `status` where the write came through a subresource. */
  readonly subresource: string | undefined;
  /** RFC 3339, seconds; when it last took a field. */
  readonly time: string | undefined;
  readonly fields: FieldSet;
  /** The entry this was read from, given back as it is while the manager does not change. */
  readonly entry?: JsonObject;
}

/** By identity, as `idOf` makes it. Functions here never change a map that they are given. */
export type Managers = ReadonlyMap<string, Manager>;

export type ManagerIdentity = Pick<Manager, 'manager' | 'operation' | 'apiVersion' | 'subresource'>;

/** The text that tells managers apart; sorts by name first. */
export const idOf = ({ manager, operation, apiVersion, subresource = '' }: ManagerIdentity): string =>
  [manager, operation, operation === 'Apply' ? '' : apiVersion, subresource].join('\n');

/** As conflicts name an owner. */
export function showManager({ manager, operation, apiVersion, subresource }: ManagerIdentity): string {
  const within = subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  const using = operation === 'Update' ? ` using ${apiVersion}` : '';
  return `${JSON.stringify(manager)}${within}${using}`;
}

/** A `managedFields` entry that cannot be read; says which and why. */
export class ManagedFieldsError extends Error {
  override readonly name = 'ManagedFieldsError';
}

/**
 * Reads an object's managedFields.
 * @throws {ManagedFieldsError}
 */
export function readManagers(object: JsonObject | undefined, cache?: FieldSetCache): Map<string, Manager> {
  const managers = new Map<string, Manager>();
  const entries = managedFieldsOf(object) ?? [];
  entries.forEach((entry, index) => {
    try {
      const manager = readEntry(entry, cache);
      managers.set(idOf(manager), manager);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ManagedFieldsError(`metadata.managedFields[${String(index)}]: ${why}`, { cause });
    }
  });
  return managers;
}

/** The entries as they stand in the object; undefined when there are none. */
export function managedFieldsOf(object: JsonObject | undefined): readonly JsonValue[] | undefined {
  const metadata = object && own(object, 'metadata');
  const entries = isObject(metadata) ? own(metadata, 'managedFields') : undefined;
  return isList(entries) ? entries : undefined;
}

function readEntry(entry: JsonValue, cache: FieldSetCache | undefined): Manager {
  if (!isObject(entry)) throw new ManagedFieldsError('is no object');
  const text = (name: string): string | undefined => {
    const value = own(entry, name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const operation = text('operation');
  const fields = own(entry, 'fieldsV1');
  if (operation !== 'Apply' && operation !== 'Update')
    throw new ManagedFieldsError('operation must be Apply or Update');
  if ((text('fieldsType') ?? 'FieldsV1') !== 'FieldsV1') throw new ManagedFieldsError('fieldsType must be FieldsV1');
  return {
    manager: text('manager') ?? '',
    operation,
    apiVersion: text('apiVersion') ?? '',
    subresource: text('subresource'),
    time: text('time'),
    fields: parseFieldsV1(isObject(fields) ? fields : {}, cache),
    entry,
  };
}

/** The entries to store, in the real server's order; managers that own nothing are left out. Frozen. */
export function writeManagers(managers: Managers, cache?: FieldSetCache): readonly JsonObject[] {
  const entries = [...managers.values()].filter((manager) => !isEmpty(manager.fields)).sort(compareManagers);
  return Object.freeze(entries.map((manager) => manager.entry ?? writeEntry(manager, cache)));
}

function writeEntry(manager: Manager, cache: FieldSetCache | undefined): JsonObject {
  return Object.freeze({
    manager: manager.manager,
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    ...(manager.time === undefined ? {} : { time: manager.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: serialiseFieldsV1(manager.fields, cache),
    ...(manager.subresource === undefined ? {} : { subresource: manager.subresource }),
  });
}

const compareManagers = (a: Manager, b: Manager): number =>
  compareText(a.operation, b.operation) ||
  compareText(a.time ?? '', b.time ?? '') ||
  compareText(a.manager, b.manager) ||
  compareText(a.apiVersion, b.apiVersion) ||
  compareText(a.subresource ?? '', b.subresource ?? '');

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The manager with other fields; the manager itself when they are the same. */
export function withFields(manager: Manager, fields: FieldSet): Manager {
  if (sameSet(manager.fields, fields)) return manager;
  const { entry: _, ...rest } = manager;
  return { ...rest, fields };
}

/** The managers as the schema sees what they own by now. */
export function reconcileManagers(root: Place, managers: ReadonlyMap<string, Manager>): Map<string, Manager> {
  const result = new Map<string, Manager>();
  for (const [id, manager] of managers) result.set(id, withFields(manager, reconcileWithSchema(root, manager.fields)));
  return result;
}

/** The manager as of another time or version. */
export function touched(manager: Manager, time: string, apiVersion = manager.apiVersion): Manager {
  const { entry: _, ...rest } = manager;
  return { ...rest, time, apiVersion };
}

/** The object with these managers written into it; the object itself when they are what it has. */
export function withManagers(object: JsonObject, managers: Managers, cache?: FieldSetCache): JsonObject {
  const entries = writeManagers(managers, cache);
  const metadata = own(object, 'metadata');
  const former = managedFieldsOf(object);
  if (former !== undefined && former.length === entries.length && entries.every((entry, i) => entry === former[i])) {
    return entries.length > 0 ? object : withoutManagers(object);
  }
  if (entries.length === 0) return withoutManagers(object);
  return { ...object, metadata: { ...(isObject(metadata) ? metadata : {}), managedFields: entries } };
}

function withoutManagers(object: JsonObject): JsonObject {
  const metadata = own(object, 'metadata');
  if (!isObject(metadata) || !Object.hasOwn(metadata, 'managedFields')) return object;
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}
