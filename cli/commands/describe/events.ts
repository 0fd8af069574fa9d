import type { KubeObject } from '../../../schemas/object.ts';
import type { Session } from '../../connect/session.ts';
import type { SheetRow } from '../../output/sheet.ts';
import { eventAge, eventSource, lastTimeOf, type EventObject } from '../../output/event-text.ts';

/** What happened to the object, oldest first. Events of things without a namespace are in `default`. */
export async function eventRows({ client }: Session, object: KubeObject, now: number): Promise<readonly SheetRow[]> {
  const { uid, namespace = 'default' } = object.metadata;
  const { items } = await client.list<EventObject>(
    { apiVersion: 'v1', kind: 'Event' },
    { namespace, fieldSelector: `involvedObject.uid=${uid}` },
  );
  if (items.length === 0) return [['Events', '<none>']];
  const lines = [...items]
    .sort((a, b) => (lastTimeOf(a) < lastTimeOf(b) ? -1 : 1))
    .map((event) => [
      event.type ?? '',
      event.reason ?? '',
      eventAge(event, now),
      eventSource(event),
      event.message ?? '',
    ]);
  return [['Events', { header: ['Type', 'Reason', 'Age', 'From', 'Message'], lines }]];
}
