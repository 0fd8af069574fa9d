import type { Builder } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { ReconcileError, type PlanContext, type Planned, type PlannedStep } from '../engine/contract.ts';
import { changedFields, changedText } from '../engine/planning/changed-fields.ts';
import { demandOf } from './demand.ts';
import { BUILDER } from './deps.ts';

/** What would be done for a Builder. Nobody is asked, and nothing started, for the sake of a question. */
export function foretellBuilder(builder: Builder, { reader, before }: PlanContext): Planned {
  const { deletionTimestamp, name } = builder.metadata;
  if (deletionTimestamp !== undefined) return deleted(builder, demandOf(builder, reader).running);
  const present = before.get<Builder>(BUILDER, undefined, name);
  const fields = changedText(changedFields(present, builder));
  if (present !== undefined && fields === '') return { action: 'None', message: 'it is as it is to be', steps: [] };
  const cause = present === undefined ? 'it is not there yet' : fields;
  const step = stepOf(builder, cause);
  return present === undefined
    ? { action: 'Create', message: `made: ${WORDS[step.type] ?? ''}`, steps: [step] }
    : { action: 'Update', message: `changed, because ${cause}`, steps: [step] };
}

const WORDS: Readonly<Record<string, string>> = {
  Run: 'a BuildKit of ours is started when a Build needs it',
  Connect: 'whoever answers there is used',
  Search: 'a BuildKit of this machine is looked for',
};

function stepOf({ spec, metadata }: Builder, cause: string): PlannedStep {
  if (spec.managed === true) return { type: 'Run', target: metadata.name, cause };
  if (spec.endpoint === undefined) return { type: 'Search', cause };
  return { type: 'Connect', target: spec.endpoint, cause };
}

function deleted({ metadata, spec }: Builder, running: number): Planned {
  if (running > 0) {
    const message = `${running} ${running === 1 ? 'Build runs' : 'Builds run'} on it`;
    throw new ReconcileError({ type: 'waiting', reason: REASONS.InUse, message });
  }
  const cause = 'the object is deleted';
  const ours =
    spec.endpoint === undefined ? 'what was run for it ends, and its cache is lost' : 'its BuildKit stays as it is';
  return { action: 'Delete', message: `deleted: ${ours}`, steps: [{ type: 'Delete', target: metadata.name, cause }] };
}
