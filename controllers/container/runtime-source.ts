import type { RuntimeEvents } from '../../runtime/ports/events.ts';
import type { Container } from '../../schemas/gen/types.ts';
import type { EventSource, Key, Reader } from '../engine/contract.ts';
import { keyOf } from '../engine/keys.ts';
import { ownerOf, type Instances } from './instances.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;
/** A runtime that is back this soon was never away, as far as people are concerned. */
const AWAY_MS = 1000;

/** Events of the runtime wake the Container they concern; its coming and going wakes all. */
export function runtimeSource(events: RuntimeEvents, instances: Instances): EventSource {
  return {
    start(enqueue, reader) {
      let away: NodeJS.Timeout | undefined;
      const subscription = events.subscribe((event) => {
        switch (event.type) {
          case 'instance':
            // Whoever starts a process of ours is us, and knows.
            if (event.topic === '/tasks/start') return;
            instances.changed(event.id);
            for (const key of keysOf(reader, ownerOf(event.id))) enqueue(key);
            return;
          case 'connected':
            clearTimeout(away);
            instances.forget();
            for (const key of keysOf(reader)) enqueue(key);
            return;
          case 'disconnected':
            instances.forget();
            clearTimeout(away);
            away = setTimeout(() => keysOf(reader).forEach(enqueue), AWAY_MS);
            return;
          case 'image':
        }
      });
      return {
        [Symbol.dispose]() {
          clearTimeout(away);
          subscription[Symbol.dispose]();
        },
      };
    },
  };
}

function keysOf(reader: Reader, uid?: string): readonly Key[] {
  const query = uid === undefined ? {} : { index: { name: 'uid', value: uid } };
  return reader.list<Container>(CONTAINER, query).map(keyOf);
}
