import type { KubeObject } from '../../schemas/object.ts';
import { humanAge } from '../../schemas/values/duration.ts';

/** core/v1 Event, as far as it is shown. */
export interface EventObject extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly involvedObject?: { readonly kind?: string; readonly name?: string; readonly apiVersion?: string };
  readonly source?: { readonly component?: string };
  readonly reportingComponent?: string;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly count?: number;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string | null } | null;
}

const firstTimeOf = ({ firstTimestamp, eventTime, metadata }: EventObject): string =>
  firstTimestamp || eventTime || metadata.creationTimestamp;

/** When it happened, or last happened again. RFC 3339. */
export const lastTimeOf = (event: EventObject): string =>
  event.series?.lastObservedTime || event.lastTimestamp || firstTimeOf(event);

/** `5s`, or `5s (x3 over 2m)` for what happened several times. */
export function eventAge(event: EventObject, now: number): string {
  const count = event.series?.count ?? event.count ?? 1;
  const age = humanAge(lastTimeOf(event), now);
  return count > 1 ? `${age} (x${String(count)} over ${humanAge(firstTimeOf(event), now)})` : age;
}

export const eventSource = ({ source, reportingComponent }: EventObject): string =>
  source?.component || reportingComponent || '';

/** `Container/web`, as kubectl's `events` names it. */
export const eventObject = ({ involvedObject: { kind = '', name = '' } = {} }: EventObject): string =>
  `${kind}/${name}`;
