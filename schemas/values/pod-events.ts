import type { KindDefinition } from '../kind-definition.ts';
import { podUidOf } from './pod-uid.ts';

/**
 * Who asks for the Events of a Pod (`kubectl describe pod`, `kubectl events --for pod/x`) also gets those of the Container
 * that it is a view of. `reference` names the field of the Event that says what it is about.
 */
export function asPodEvents(reference: 'involvedObject' | 'regarding'): NonNullable<KindDefinition['alsoSelectedAs']> {
  const kind = `${reference}.kind`;
  const apiVersion = `${reference}.apiVersion`;
  const uid = `${reference}.uid`;
  return {
    // kubectl describe names the uid, and the kind in some versions only
    asked: (required) => required(kind) === 'Pod' || (required(kind) === undefined && required(uid) !== undefined),
    as(fields) {
      if (fields[kind] !== 'Container' || fields[apiVersion]?.startsWith('tsmoby.dev/') !== true) return undefined;
      return { ...fields, [kind]: 'Pod', [apiVersion]: 'v1', [uid]: podUidOf(fields[uid] ?? '') };
    },
  };
}
