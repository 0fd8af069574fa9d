import type { KubeObject } from '../../../schemas/object.ts';
import type { Session } from '../../connect/session.ts';
import type { KindInfo } from '../../kinds/directory.ts';
import type { SheetRow } from '../../output/sheet.ts';
import { bodyOfConfigMap, bodyOfSecret } from './config.ts';
import { bodyOfBuild } from './build.ts';
import { bodyOfContainer } from './container.ts';
import { eventRows } from './events.ts';
import { bodyOfObject } from './generic.ts';
import { conditionRows, metadataRows } from './sections.ts';

export interface DescribeOptions {
  /** Milliseconds since the epoch, for ages. */
  readonly now: number;
  readonly events: boolean;
}

/** How the middle of the sheet is made; all kinds share its beginning and its end. */
type Body = (object: KubeObject, now: number) => readonly SheetRow[];

const BODIES: Readonly<Record<string, Body>> = {
  'configmaps.': bodyOfConfigMap,
  'secrets.': bodyOfSecret,
  'builds.tsmoby.dev': bodyOfBuild,
  'containers.tsmoby.dev': bodyOfContainer,
};

/** Everything there is to say of an object. Rejects with ApiError when its events cannot be had. */
export async function sheetOf(
  session: Session,
  object: KubeObject,
  kind: KindInfo,
  { now, events }: DescribeOptions,
): Promise<readonly SheetRow[]> {
  const body = BODIES[`${kind.plural}.${kind.group}`] ?? bodyOfObject;
  return [
    ...metadataRows(object, now),
    ...body(object, now),
    ...conditionRows(object, now),
    ...(events && kind.kind !== 'Event' ? await eventRows(session, object, now) : []),
  ];
}
