import type { ControllerRevision } from '../../../schemas/gen/types.ts';
import { encodeYaml } from '../../../schemas/text/encode-yaml.ts';
import { changedFields } from '../../../schemas/values/container-change.ts';
import type { Rolled } from '../rollout.ts';
import { dataOf, findRevision, revisionsOf } from './revisions.ts';

const COLUMN = 10;
/** `sha256:` and 12 digits. */
const SHORT_DIGEST = 19;

/** All revisions with what each changed, or, for a number above 0, the spec of one. */
export async function showHistory(rolled: Rolled, number: number): Promise<string> {
  const revisions = await revisionsOf(rolled);
  if (number > 0) {
    const { spec } = dataOf(findRevision(revisions, number));
    return `${rolled.shown} with revision #${String(number)}\n${encodeYaml({ spec })}`;
  }
  const rows = revisions.map((revision, at) => {
    const before = revisions[at - 1];
    const { inPlace, replacement } =
      before === undefined
        ? { inPlace: [], replacement: [] }
        : changedFields(dataOf(before).spec, dataOf(revision).spec);
    const changed = [...replacement, ...inPlace, ...changedResult(before, revision)].join(', ') || '<none>';
    return `${String(revision.revision).padEnd(COLUMN)}${changed}\n`;
  });
  return `${rolled.shown}\n${'REVISION'.padEnd(COLUMN)}CHANGED-FIELDS\n${rows.join('')}\n`;
}

/** Another result of the Build that is followed is another revision of the same spec. */
function changedResult(before: ControllerRevision | undefined, revision: ControllerRevision): readonly string[] {
  const { result } = dataOf(revision);
  if (before === undefined || result === undefined || result === dataOf(before).result) return [];
  return [`result ${result.slice(0, SHORT_DIGEST)}`];
}
