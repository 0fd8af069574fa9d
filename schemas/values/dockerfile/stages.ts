/** The stages of a Dockerfile: what each builds on and copies from. */
import { flagValue, readInstruction, type Instruction, type Instructions } from './instructions.ts';
import type { Scope } from './scope.ts';

export interface Stage {
  /** Lower case; undefined when it has none. */
  readonly name: string | undefined;
  readonly base: Source;
  /** What COPY and RUN --mount take something from. */
  readonly sources: readonly Source[];
  /** What ONBUILD makes every stage that builds on this one take something from. */
  readonly triggered: readonly Source[];
}

/** A word that means a stage or an image; `text` is how it stands in the file. */
export type Source =
  | { readonly type: 'name'; readonly name: string; readonly text: string }
  /** The number of a stage. */
  | { readonly type: 'number'; readonly number: number }
  /** It depends on variables, in a way that gives nothing. */
  | { readonly type: 'unresolved'; readonly text: string };

/** `scope`: what ARG and FROM find before the first stage. */
export function readStages({ instructions, escape }: Instructions, scope: Scope): readonly Stage[] {
  const stages: MutableStage[] = [];
  for (const instruction of instructions) {
    const current = stages.at(-1);
    if (instruction.name === 'FROM') stages.push(readFrom(instruction, scope));
    else if (current !== undefined) addSources(current, instruction, escape);
    else if (instruction.name === 'ARG') scope.declare(instruction.rest);
  }
  return stages;
}

interface MutableStage extends Stage {
  readonly sources: Source[];
  readonly triggered: Source[];
}

function readFrom({ rest }: Instruction, scope: Scope): MutableStage {
  const [text = '', as, name] = rest.split(/\s+/, 3);
  const base = scope.expand(text) ?? '';
  return {
    name: as?.toUpperCase() === 'AS' ? name?.toLowerCase() : undefined,
    base: base === '' ? { type: 'unresolved', text } : { type: 'name', name: base, text },
    sources: [],
    triggered: [],
  };
}

function addSources(stage: MutableStage, instruction: Instruction, escape: string): void {
  if (instruction.name === 'ONBUILD') {
    stage.triggered.push(...sourcesOf(readInstruction(instruction.rest, escape)));
  } else {
    stage.sources.push(...sourcesOf(instruction));
  }
}

function sourcesOf(instruction: Instruction): readonly Source[] {
  switch (instruction.name) {
    case 'COPY':
      return copySource(flagValue(instruction, 'from') ?? '');
    case 'RUN':
      return instruction.flags.flatMap(mountSource);
    default:
      return [];
  }
}

/** COPY --from= knows stages by number, too. */
function copySource(from: string): readonly Source[] {
  return /^\d+$/.test(from) ? [{ type: 'number', number: Number(from) }] : nameSource(from);
}

function mountSource(flag: string): readonly Source[] {
  if (!flag.startsWith('mount=')) return [];
  const field = flag
    .slice('mount='.length)
    .split(',')
    .findLast((part) => /^"?from=/i.test(part));
  return field === undefined ? [] : nameSource(field.replaceAll('"', '').slice('from='.length));
}

/** Variables have no place here: BuildKit refuses them. */
function nameSource(name: string): readonly Source[] {
  if (name === '') return [];
  return [name.includes('$') ? { type: 'unresolved', text: name } : { type: 'name', name, text: name }];
}
