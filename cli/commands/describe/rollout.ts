import type { Container, ContainerSpec } from '../../../schemas/gen/types.ts';
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
    ...timeRows(spec),
    ...(spec.paused === true ? [['Paused', 'changes that need another instance wait'] as const] : []),
    ...changeRows(status.lastChange),
    ...(update === undefined ? [] : [['Next', nextText(update)] as const]),
    ...(draining.length === 0
      ? []
      : [['Draining', draining.map(({ containerID, since }) => `${containerID} since ${since}`)] as const]),
  ];
}

function timeRows({ minReadySeconds, progressDeadlineSeconds }: ContainerSpec): readonly SheetRow[] {
  return [
    ...(minReadySeconds === undefined ? [] : [['Min Ready', `${minReadySeconds}s`] as const]),
    ...(progressDeadlineSeconds === undefined ? [] : [['Deadline', `${progressDeadlineSeconds}s`] as const]),
  ];
}

/** What the last change of the spec did. */
function changeRows(change: NonNullable<Container['status']>['lastChange']): readonly SheetRow[] {
  const { inPlace = [], replacement = [] } = change ?? {};
  const rows: readonly SheetRow[] = [
    ...(inPlace.length === 0 ? [] : [['In Place', inPlace.join(', ')] as const]),
    ...(replacement.length === 0 ? [] : [['By Another', replacement.join(', ')] as const]),
  ];
  return rows.length === 0 ? [] : [['Last Change', { rows }]];
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
