/**
 * Query parameters (and DeleteOptions bodies) as typed options. Values that make no sense are refused as the real
 * server refuses them; unknown parameters are ignored, as there.
 */
import {
  forbidden,
  invalid as invalidIssue,
  notSupported,
  required,
  tooLong,
  type FieldIssue,
} from '../../schemas/structural/issue.ts';
import type { JsonObject } from '../../schemas/object.ts';
import type { Parameters } from '../pipeline/request.ts';
import type { DeleteOptions, ListQuery, WatchQuery, WriteOptions } from '../registry/resource.ts';
import { parseSelection } from '../registry/selection.ts';
import type { KindDefinition } from '../../schemas/kind-definition.ts';
import { badRequest, invalid, type StatusError } from '../status-error.ts';

/** How unknown and duplicate fields of a body are treated. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions' | 'ListOptions';

const MAX_MANAGER_LENGTH = 128;

/** A 422 about options, in the shape that one about an object has. */
export function invalidOptions(kind: OptionsKind, issues: readonly FieldIssue[]): StatusError {
  return invalid(
    { group: 'meta.k8s.io', kind },
    '',
    issues.map(({ path, reason, message }) => ({ field: path, reason, message })),
  );
}

/** Go's reading of a boolean parameter: present means true, but for `false` and `0`. */
export function flag(parameters: Parameters, name: string): boolean | undefined {
  const text = parameters[name];
  if (text === undefined) return undefined;
  return text !== '0' && text.toLowerCase() !== 'false';
}

/** Throws BadRequest for what is none. */
export function integer(parameters: Parameters, name: string): number | undefined {
  const text = parameters[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!/^[-+]?\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw badRequest(`parsing the parameter ${name}: ${JSON.stringify(text.slice(0, 40))} is no integer`);
  }
  return value;
}

function dryRunOf(values: readonly string[], issues: FieldIssue[]): boolean {
  if (values.every((value) => value === 'All')) return values.length > 0;
  issues.push(notSupported('dryRun', [...values], ['All']));
  return false;
}

const listOf = (text: string | undefined): readonly string[] => (text === undefined || text === '' ? [] : [text]);

/** What every write may carry. `kind` names the options in refusals. */
export function parseWriteOptions(
  parameters: Parameters,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  userAgent: string,
  operation: WriteOptions['operation'] = 'Update',
): WriteOptions & { readonly fieldValidation: FieldValidation; readonly force: boolean } {
  const issues: FieldIssue[] = [];
  const dryRun = dryRunOf(listOf(parameters['dryRun']), issues);
  const validation = parameters['fieldValidation'] ?? '';
  if (!['', 'Strict', 'Warn', 'Ignore'].includes(validation)) {
    issues.push(notSupported('fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn']));
  }
  const manager = parameters['fieldManager'] ?? '';
  if (manager.length > MAX_MANAGER_LENGTH) issues.push(tooLong('fieldManager', MAX_MANAGER_LENGTH));
  if (!isPrintable(manager))
    issues.push(invalidIssue('fieldManager', manager, 'should only contain printable characters'));
  if (operation === 'Apply' && manager === '') issues.push(required('fieldManager', 'is required for apply patch'));
  const force = flag(parameters, 'force');
  if (operation !== 'Apply' && force !== undefined && kind === 'PatchOptions') {
    issues.push(forbidden('force', 'may not be specified for non-apply patch'));
  }
  if (issues.length > 0) throw invalidOptions(kind, issues);
  return {
    dryRun,
    fieldManager: manager === '' ? defaultManager(userAgent) : manager,
    operation,
    fieldValidation: validation === '' ? 'Warn' : (validation as FieldValidation),
    force: force ?? false,
  };
}

const isPrintable = (text: string): boolean => !/[\p{C}]/u.test(text);

/** The User-Agent up to the first slash; nobody is called nothing. */
function defaultManager(userAgent: string): string {
  const name = (userAgent.split('/', 1)[0] ?? '').slice(0, MAX_MANAGER_LENGTH);
  return name !== '' && isPrintable(name) ? name : 'unknown';
}

type Match = NonNullable<ListQuery['resourceVersionMatch']>;

const textOf = (parameters: Parameters, name: string): string | undefined => parameters[name] || undefined;

/** What is wrong with `resourceVersionMatch`, besides what else is asked for; `known` are the values that it can have there. */
function matchIssues(parameters: Parameters, known: readonly string[], issues: FieldIssue[]): Match | undefined {
  const match = textOf(parameters, 'resourceVersionMatch');
  if (match === undefined) return undefined;
  if (parameters['continue'])
    issues.push(forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'));
  if (!known.includes(match)) issues.push(notSupported('resourceVersionMatch', match, known));
  return match as Match;
}

/** Options of a list. */
export function parseListQuery(parameters: Parameters, definition: KindDefinition): ListQuery {
  const resourceVersion = textOf(parameters, 'resourceVersion');
  const continueToken = textOf(parameters, 'continue');
  const issues: FieldIssue[] = [];
  if (resourceVersion === undefined && textOf(parameters, 'resourceVersionMatch') !== undefined) {
    const why = 'resourceVersionMatch is forbidden unless resourceVersion is provided';
    issues.push(forbidden('resourceVersionMatch', why));
  }
  const resourceVersionMatch = matchIssues(parameters, ['Exact', 'NotOlderThan', ''], issues);
  if (resourceVersionMatch === 'Exact' && resourceVersion === '0') {
    const why = 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"';
    issues.push(forbidden('resourceVersionMatch', why));
  }
  if (parameters['sendInitialEvents'] !== undefined)
    issues.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  if (issues.length > 0) throw invalidOptions('ListOptions', issues);
  if (continueToken !== undefined && resourceVersion !== undefined && resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  const limit = integer(parameters, 'limit');
  if (limit !== undefined && limit < 0) throw badRequest('limit must not be negative');
  return {
    selection: parseSelection(parameters['labelSelector'], parameters['fieldSelector'], definition),
    limit: limit === 0 ? undefined : limit,
    continueToken,
    resourceVersion,
    resourceVersionMatch,
  };
}

/** Options of a watch. */
export function parseWatchQuery(parameters: Parameters, definition: KindDefinition): WatchQuery {
  const sendInitialEvents = flag(parameters, 'sendInitialEvents');
  const issues: FieldIssue[] = [];
  if (sendInitialEvents !== undefined && parameters['resourceVersionMatch'] !== 'NotOlderThan') {
    const why = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
    issues.push(forbidden('resourceVersionMatch', why));
  }
  if (sendInitialEvents === undefined && textOf(parameters, 'resourceVersionMatch') !== undefined) {
    const why = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
    issues.push(forbidden('resourceVersionMatch', why));
  }
  matchIssues(parameters, ['NotOlderThan'], issues);
  if (issues.length > 0) throw invalidOptions('ListOptions', issues);
  const timeoutSeconds = integer(parameters, 'timeoutSeconds');
  return {
    selection: parseSelection(parameters['labelSelector'], parameters['fieldSelector'], definition),
    resourceVersion: textOf(parameters, 'resourceVersion'),
    bookmarks: flag(parameters, 'allowWatchBookmarks') ?? false,
    sendInitialEvents,
    timeoutSeconds: timeoutSeconds === undefined || timeoutSeconds <= 0 ? undefined : timeoutSeconds,
  };
}

const PROPAGATIONS = ['Background', 'Foreground', 'Orphan'] as const;

/** Options of a delete: a DeleteOptions body, when there is one, wins over the query as a whole. */
export function parseDeleteOptions(parameters: Parameters, body: JsonObject | undefined): DeleteOptions {
  const issues: FieldIssue[] = [];
  const options = body ?? optionsFromQuery(parameters);
  const dryRun = dryRunOf(strings(options['dryRun'], 'dryRun'), issues);
  const policy = text(options['propagationPolicy'], 'propagationPolicy');
  const orphan = options['orphanDependents'];
  const grace = options['gracePeriodSeconds'] ?? undefined;
  if (orphan !== undefined && orphan !== null && typeof orphan !== 'boolean')
    throw wrongType('orphanDependents', 'a boolean');
  if (grace !== undefined && (typeof grace !== 'number' || !Number.isSafeInteger(grace)))
    throw wrongType('gracePeriodSeconds', 'an integer');
  if (typeof orphan === 'boolean' && policy !== undefined) {
    issues.push(
      invalidIssue('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'),
    );
  }
  if (policy !== undefined && !PROPAGATIONS.includes(policy as 'Orphan')) {
    issues.push(notSupported('propagationPolicy', policy, [...PROPAGATIONS]));
  }
  if (issues.length > 0) throw invalidOptions('DeleteOptions', issues);
  const former = orphan === true ? 'Orphan' : orphan === false ? 'Background' : undefined;
  return {
    dryRun,
    propagationPolicy: (policy as DeleteOptions['propagationPolicy']) ?? former,
    gracePeriodSeconds: grace,
    preconditions: preconditionsOf(options['preconditions']),
  };
}

function optionsFromQuery(parameters: Parameters): JsonObject {
  const grace = integer(parameters, 'gracePeriodSeconds');
  const orphan = flag(parameters, 'orphanDependents');
  return {
    dryRun: listOf(parameters['dryRun']),
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(orphan === undefined ? {} : { orphanDependents: orphan }),
    ...(parameters['propagationPolicy'] ? { propagationPolicy: parameters['propagationPolicy'] } : {}),
  };
}

const wrongType = (field: string, expected: string): StatusError =>
  badRequest(`DeleteOptions in the request body: ${field} must be ${expected}`);

function text(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw wrongType(field, 'a string');
  return value;
}

function strings(value: unknown, field: string): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    throw wrongType(field, 'a list of strings');
  return value;
}

function preconditionsOf(value: unknown): DeleteOptions['preconditions'] {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw wrongType('preconditions', 'an object');
  const { uid, resourceVersion } = value as Record<string, unknown>;
  const wantedUid = text(uid, 'preconditions.uid');
  const wantedVersion = text(resourceVersion, 'preconditions.resourceVersion');
  return {
    ...(wantedUid === undefined ? {} : { uid: wantedUid }),
    ...(wantedVersion === undefined ? {} : { resourceVersion: wantedVersion }),
  };
}
