/**
 * The two faces of an Event: core/v1 and events.k8s.io/v1 say the same under different names. All functions are pure and
 * keep what they do not know.
 */
import type { JsonObject, KubeObject } from '../object.ts';

/** core/v1 name and events.k8s.io/v1 name of each field that has two. */
const NAMES: readonly (readonly [core: string, newer: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];
const TO_NEWER: ReadonlyMap<string, string> = new Map(NAMES);
const TO_CORE: ReadonlyMap<string, string> = new Map(NAMES.map(([core, newer]) => [newer, core]));

/** An Event as core/v1 has it. */
export const coreEvent = (event: KubeObject): KubeObject => renamed(event, 'v1', TO_CORE);

/** An Event as events.k8s.io/v1 has it. */
export const newerEvent = (event: KubeObject): KubeObject => renamed(event, 'events.k8s.io/v1', TO_NEWER);

function renamed(event: KubeObject, apiVersion: string, names: ReadonlyMap<string, string>): KubeObject {
  if (event.apiVersion === apiVersion) return event;
  const fields = Object.entries(event as unknown as JsonObject).map(([name, value]) => [
    names.get(name) ?? name,
    value,
  ]);
  return { ...Object.fromEntries(fields), apiVersion } as KubeObject;
}
