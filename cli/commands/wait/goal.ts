import type { Condition, KubeObject } from '../../../schemas/object.ts';
import { parseColumnPath, printValue, valuesAt } from '../../../schemas/values/jsonpath.ts';
import { UsageError } from '../../errors.ts';
import { resourceOf } from '../../kinds/directory.ts';
import { MET, PENDING, type Awaited, type Verdict } from '../../wait/await-objects.ts';

/** What `--for` asks of an object. */
export interface Goal {
  /** Nothing to wait for is a success. */
  readonly absentIsMet: boolean;
  readonly judge: (object: KubeObject | undefined, awaited: Awaited) => Verdict;
}

const FORMS = "--for=condition=NAME[=VALUE], --for=jsonpath='{.path}'[=VALUE], --for=create or --for=delete";

/** Reads the value of `--for`. Throws UsageError, JsonPathError. */
export function parseGoal(text: string | undefined): Goal {
  if (text === undefined || text === '') throw new UsageError(`you must say what to wait for: ${FORMS}`);
  if (text.toLowerCase() === 'delete')
    return { absentIsMet: true, judge: (object) => (object === undefined ? MET : PENDING) };
  if (text.toLowerCase() === 'create')
    return { absentIsMet: false, judge: (object) => (object === undefined ? PENDING : MET) };
  if (text.startsWith('condition=')) return conditionGoal(text.slice('condition='.length));
  if (text.startsWith('jsonpath=')) return jsonPathGoal(text.slice('jsonpath='.length));
  throw new UsageError(`unrecognized condition: ${JSON.stringify(text)}: write ${FORMS}`);
}

/** The object's state when it is there; refused, as the server does, when it is not. */
const present = (judge: (object: KubeObject) => boolean): Goal => ({
  absentIsMet: false,
  judge(object, { kind, name }) {
    if (object === undefined)
      return { state: 'failed', line: `Error from server (NotFound): ${resourceOf(kind)} "${name}" not found` };
    return judge(object) ? MET : PENDING;
  },
});

interface Conditioned extends KubeObject {
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}

function conditionGoal(text: string): Goal {
  const [name = '', value = 'true'] = text.split('=');
  if (name === '') throw new UsageError(`--for=condition=${text}: the name of the condition is missing`);
  return present((object) => {
    const { metadata, status } = object as Conditioned;
    const found = status?.conditions?.find((one) => one.type.toLowerCase() === name.toLowerCase());
    // said of an older spec, it says nothing of this one
    const seen = found?.observedGeneration ?? status?.observedGeneration;
    const stale = seen !== undefined && metadata.generation !== undefined && seen < metadata.generation;
    return found !== undefined && !stale && found.status.toLowerCase() === value.toLowerCase();
  });
}

function jsonPathGoal(text: string): Goal {
  const { path: source, value } = splitValue(text);
  const path = parseColumnPath(source);
  return present((object) => {
    const values = valuesAt(path, object).map(printValue);
    return value === undefined ? values.length > 0 : values.length > 0 && values.every((one) => one === value);
  });
}

/** `{.a[?(@.b=="c")].d}=value`: the `=` behind the braces. */
function splitValue(text: string): { readonly path: string; readonly value: string | undefined } {
  const end = text.startsWith('{') ? text.lastIndexOf('}') + 1 : text.indexOf('=');
  const at = text.indexOf('=', Math.max(0, end));
  if (end < 0 || at < 0) return { path: text, value: undefined };
  const value = text.slice(at + 1);
  if (value === '') throw new UsageError(`--for=jsonpath=${text}: a value must stand behind the =`);
  return { path: text.slice(0, at), value: value.replace(/^(["'])(.*)\1$/, '$2') };
}
