import type { Container } from '../../../schemas/gen/types.ts';
import type { SheetRow } from '../../output/sheet.ts';

/** Which revision it is of, and the instances besides the one that serves. */
export function rolloutRows({ spec, status = {} }: Container): readonly SheetRow[] {
  const { revision, updateRevision, currentRevision, update, draining = [] } = status;
  const { type = 'Recreate', onFailure } = spec.updateStrategy ?? {};
  return [
    ...(revision === undefined ? [] : [['Revision', `${revision} (${updateRevision ?? ''})`] as const]),
    ...(currentRevision === undefined || currentRevision === updateRevision
      ? []
      : [['Last Good', currentRevision] as const]),
    ['Update', onFailure === 'Stop' ? `${type}, and a failed one stays` : type],
    ...(update === undefined ? [] : [['Next', nextText(update)] as const]),
    ...(draining.length === 0
      ? []
      : [['Draining', draining.map(({ containerID, since }) => `${containerID} since ${since}`)] as const]),
  ];
}

function nextText({
  pid,
  ready,
  reason,
  message,
  restartCount = 0,
}: NonNullable<NonNullable<Container['status']>['update']>): string {
  const is = ready === true ? 'ready' : [reason, message].filter(Boolean).join(': ') || 'being made';
  const runs = pid === undefined ? '' : `pid ${pid}, `;
  return `${runs}${is}${restartCount > 0 ? `, started again ${restartCount} times` : ''}`;
}
