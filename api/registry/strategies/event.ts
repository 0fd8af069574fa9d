/** Events, in both versions. Rules and the names in their refusals are those of the real server, which speaks core/v1. */
import type { Event } from '../../../schemas/gen/types.ts';
import type { JsonObject, KubeObject } from '../../../schemas/object.ts';
import { equal } from '../../../schemas/structural/equal.ts';
import { invalid, required, type FieldIssue } from '../../../schemas/structural/issue.ts';
import { coreEvent } from '../../../schemas/values/events.ts';
import { checkPathSegment, checkQualifiedName } from '../../../schemas/values/names.ts';
import { builtinStrategy, type Strategy } from './strategy.ts';

/** Events are forgotten after an hour, as on a real server. */
const EVENT_TTL_SECONDS = 3600;
const MAX_LENGTH = 128;
const MAX_NOTE_LENGTH = 1024;

const shared: Strategy = { ...builtinStrategy, ttlSeconds: EVENT_TTL_SECONDS, allowCreateOnUpdate: true };

/** core/v1 Event: lives in the namespace of what it is about (cluster-scoped things: `default` or none). */
export const eventStrategy: Strategy = {
  ...shared,
  checkName: checkPathSegment,
  validate: (next) => commonIssues(next as Event, 'reportingComponent'),
};

/** events.k8s.io/v1 Event: says when it happened and who says so, and changes in its series only. */
export const newerEventStrategy: Strategy = {
  ...shared,
  validate(next, current) {
    const event = coreEvent(next) as Event;
    const before = current && (coreEvent(current) as Event);
    return [
      ...commonIssues(event, 'reportingController'),
      ...(before === undefined ? newIssues(event) : changeIssues(event, before)),
    ];
  },
};

/** What holds for every Event. One with an eventTime is of the newer sort, however it was sent. */
function commonIssues(event: Event, reporter: string): readonly FieldIssue[] {
  const about = event.involvedObject?.namespace ?? '';
  const { namespace = '' } = event.metadata;
  const elsewhere = invalid('involvedObject.namespace', about, 'does not match event.namespace');
  if (isUnset(event.eventTime))
    return about === namespace || (about === '' && namespace === 'default') ? [] : [elsewhere];
  const { reportingComponent = '', reportingInstance, action, reason, message = '' } = event;
  return [
    ...(about === '' && namespace !== 'default' && namespace !== 'kube-system' ? [elsewhere] : []),
    ...(reportingComponent === '' ? [required(reporter)] : []),
    ...checkQualifiedName(reportingComponent).map((wrong) => invalid(reporter, reportingComponent, wrong)),
    ...requiredText('reportingInstance', reportingInstance),
    ...requiredText('action', action),
    ...requiredText('reason', reason),
    ...longText('message', message, MAX_NOTE_LENGTH),
  ];
}

const isUnset = (value: unknown): boolean => value === undefined || value === null;

const requiredText = (path: string, text = ''): readonly FieldIssue[] =>
  text === '' ? [required(path)] : longText(path, text, MAX_LENGTH);

const longText = (path: string, text: string, limit: number): readonly FieldIssue[] =>
  Buffer.byteLength(text) > limit ? [invalid(path, '', `can have at most ${String(limit)} characters`)] : [];

function newIssues(event: Event): readonly FieldIssue[] {
  const { eventTime, type = '', firstTimestamp, lastTimestamp, count = 0, source = {} } = event;
  const unset = (path: string, isSet: boolean): readonly FieldIssue[] =>
    isSet ? [invalid(path, '', 'needs to be unset')] : [];
  return [
    ...seriesIssues(event),
    ...(isUnset(eventTime) ? [required('eventTime')] : []),
    ...(type === 'Normal' || type === 'Warning' ? [] : [invalid('type', '', `has invalid value: ${type}`)]),
    ...unset('firstTimestamp', !isUnset(firstTimestamp)),
    ...unset('lastTimestamp', !isUnset(lastTimestamp)),
    ...unset('count', count !== 0),
    ...unset('source', (source.component ?? '') !== '' || (source.host ?? '') !== ''),
  ];
}

function seriesIssues({ series }: Event): readonly FieldIssue[] {
  if (isUnset(series)) return [];
  return [
    ...((series?.count ?? 0) < 2 ? [invalid('series.count', '', 'should be at least 2')] : []),
    ...(isUnset(series?.lastObservedTime) ? [required('series.lastObservedTime')] : []),
  ];
}

/** The core/v1 name of each field, and the name that refusals have for it. */
const FROZEN: readonly (readonly [field: string, path: string])[] = [
  ['involvedObject', 'involvedObject'],
  ['reason', 'reason'],
  ['message', 'message'],
  ['source', 'source'],
  ['firstTimestamp', 'firstTimestamp'],
  ['lastTimestamp', 'lastTimestamp'],
  ['count', 'count'],
  ['type', 'type'],
  ['eventTime', 'eventTime'],
  ['action', 'action'],
  ['related', 'related'],
  ['reportingComponent', 'reportingController'],
  ['reportingInstance', 'reportingInstance'],
];

function changeIssues(event: Event, before: Event): readonly FieldIssue[] {
  const next = event as KubeObject as unknown as JsonObject;
  const old = before as KubeObject as unknown as JsonObject;
  const series = equal(next['series'] ?? null, old['series'] ?? null) ? [] : seriesIssues(event);
  const changed = FROZEN.filter(([field]) => !equal(plain(next[field]), plain(old[field])));
  return [...series, ...changed.map(([field, path]) => invalid(path, next[field] ?? null, 'field is immutable'))];
}

/** Absent, empty and zero are one to Go. */
const plain = (value: JsonObject[string]): NonNullable<JsonObject[string]> | null => {
  if (value === undefined || value === '' || value === 0) return null;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? null : value;
};
