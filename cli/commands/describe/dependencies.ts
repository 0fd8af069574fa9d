import type { Container } from '../../../schemas/gen/types.ts';
import type { SheetRow } from '../../output/sheet.ts';

/** What comes first, and what follows when it was started again. */
export function dependencyRows({ spec: { dependsOn = [] } }: Container): readonly SheetRow[] {
  if (dependsOn.length === 0) return [];
  const rows = dependsOn.map(({ kind, name, condition = 'Ready', restart }): SheetRow => {
    const follows = restart === true ? ', and started again with it' : '';
    return [`${kind}/${name}`, `${condition}${follows}`];
  });
  return [['Depends On', { rows }]];
}
