/** A plan for people to read, on terminals of 60 columns, too. */
import type { PlanStatusObjectStep } from '../../schemas/gen/types.ts';
import { findByKindRef, parseApiVersion } from '../../schemas/kinds.ts';
import type { JsonValue, ObjectRef } from '../../schemas/object.ts';
import { encodeJson } from '../../schemas/text/json.ts';
import { wrap } from '../flags/help.ts';
import type { TextOutput } from '../io.ts';
import { shownName } from '../kinds/directory.ts';
import type { FieldChange } from './field-changes.ts';
import type { AffectedObject, PlanReport, ReportedObject } from './report.ts';

/** Values that are longer are not for a line; `tsmoby diff` shows them line by line. */
const LONGEST_VALUE = 200;
/** What a line that goes on begins with, beyond its own indentation. */
const HANGING = 4;

type Planned = Pick<ReportedObject, 'action' | 'message' | 'steps'> & ObjectRef;

/** What follows for each object, then for others, line ends included; empty where nothing changes. */
export function stepsText(report: PlanReport, output: TextOutput): string {
  const several = isSpread(report);
  const own = report.objects.filter(isWorthALine).flatMap((object) => objectLines(object, several));
  const others = report.affected.flatMap((object) => objectLines(object, several));
  const changes = report.planned && report.objects.some(({ operation }) => operation !== 'unchanged');
  if (own.length + others.length === 0) return changes ? 'Nothing that runs is touched.\n' : '';
  const lines = [...own, ...(others.length === 0 ? [] : ['Others, because of that:', ...others])];
  return lines.map((line) => `${folded(line, output)}\n`).join('');
}

/** Each field that an update would change, indented. */
export const fieldsText = ({ fields }: ReportedObject, output: TextOutput): string =>
  fields.map((field) => `${folded(`  ${fieldLine(field)}`, output)}\n`).join('');

const isWorthALine = ({ action, steps }: Planned): boolean =>
  action !== undefined && (action !== 'None' || steps.length > 0);

function objectLines(object: ReportedObject | AffectedObject, several: boolean): readonly string[] {
  const where = several && object.namespace !== undefined ? ` in namespace ${object.namespace}` : '';
  const what = object.message ?? object.action?.toLowerCase() ?? '';
  return [`${nameOf(object)}${where}: ${what}`, ...object.steps.map((step) => stepLine(step, what))];
}

/** A cause that stands in the line above is not said again. */
function stepLine({ type, target = '', cause }: PlanStatusObjectStep, above: string): string {
  const step = target === '' ? type : `${type} ${target}`;
  return above.includes(cause) ? `  ${step}` : `  ${step}: ${cause}`;
}

function fieldLine({ path, before, after }: FieldChange): string {
  if (before === undefined) return `${path}: ${valueText(after)} (new)`;
  if (after === undefined) return `${path}: ${valueText(before)} (removed)`;
  return `${path}: ${valueText(before)} -> ${valueText(after)}`;
}

/** Text that is a word by itself as it is, all else as JSON. */
function valueText(value: JsonValue | undefined): string {
  const text = typeof value === 'string' && /^[\w./:@*-]+$/.test(value) ? value : encodeJson(value);
  return text.length <= LONGEST_VALUE ? text : `(${String(text.length)} characters)`;
}

/** Objects of more than one namespace: then it must be said which. */
const isSpread = ({ objects, affected }: PlanReport): boolean =>
  new Set([...objects, ...affected].flatMap(({ namespace }) => namespace ?? [])).size > 1;

/** `container.tsmoby.dev/web`, also of kinds that only the server knows. */
export function nameOf({ apiVersion, kind, name }: ObjectRef): string {
  const known = findByKindRef({ apiVersion, kind });
  if (known !== undefined) return shownName(known, name);
  const group = parseApiVersion(apiVersion)?.group ?? '';
  return `${[kind.toLowerCase(), ...(group === '' ? [] : [group])].join('.')}/${name}`;
}

/** What would speak to the terminal, or turn the direction of a line. */
const CONTROLS = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;
const escaped = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Nothing but signs that are seen; on a narrow terminal, in several lines of which the further ones stand in. */
function folded(text: string, { isTTY = false, columns }: TextOutput): string {
  const line = text.replaceAll(/\s*\n\s*/g, ' ').replaceAll(CONTROLS, escaped);
  if (!isTTY || columns === undefined || line.length <= columns) return line;
  const indent = ' '.repeat(line.length - line.trimStart().length);
  const hanging = `\n${indent}${' '.repeat(HANGING)}`;
  const width = Math.max(columns - indent.length - HANGING, 1);
  return indent + wrap(line.trimStart(), width, 0).replaceAll('\n', hanging);
}
