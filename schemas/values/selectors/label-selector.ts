import { checkLabelKey, checkLabelValue } from '../names.ts';
import { tokenize } from './label-lexer.ts';
import type { Token } from './label-lexer.ts';
import { SelectorError } from './requirement.ts';
import type { LabelRequirement, LabelSelector } from './requirement.ts';

/**
 * Reads `a=b,c!=d,e in (x,y),f notin (z),g,!h,i>1,j<9`. The empty text selects everything. Throws SelectorError with
 * the API server's words.
 */
export function parseLabelSelector(text: string): LabelSelector {
  return new Parser(tokenize(text)).parse();
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): LabelSelector {
    const requirements: LabelRequirement[] = [];
    while (this.#peek().type !== 'end') {
      const { type, text } = this.#peek();
      if (type !== 'word' && type !== '!') {
        throw new SelectorError(`found '${text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#requirement());
      const next = this.#take();
      if (next.type === 'end') break;
      if (next.type !== ',') throw new SelectorError(`found '${next.text}', expected: ',' or 'end of string'`);
      const after = this.#peek();
      if (after.type !== 'word' && after.type !== '!') {
        throw new SelectorError(`found '${after.text}', expected: identifier after ','`);
      }
    }
    return requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }

  #requirement(): LabelRequirement {
    const absent = this.#peek().type === '!';
    if (absent) this.#take();
    const { type, text: key } = this.#take();
    if (type !== 'word') refuse(`found '${key}', expected: identifier`);
    const [keyProblem] = checkLabelKey(key);
    if (keyProblem !== undefined) refuse(`<nil>: Invalid value: ${JSON.stringify(key)}: ${keyProblem}`);
    if (absent) return { key, operator: 'DoesNotExist' };
    if (this.#peek().type === 'end' || this.#peek().type === ',') return { key, operator: 'Exists' };
    return this.#comparison(key);
  }

  #comparison(key: string): LabelRequirement {
    const { type, text } = this.#take();
    switch (type) {
      case '=':
      case '==':
        return { key, operator: 'In', values: checkValues(key, [this.#exactValue()]) };
      case '!=':
        return { key, operator: 'NotIn', values: checkValues(key, [this.#exactValue()]) };
      case '<':
      case '>':
        return { key, operator: type === '>' ? 'Gt' : 'Lt', value: checkInteger(key, this.#exactValue()) };
      case 'word':
        if (text === 'in' || text === 'notin') {
          return { key, operator: text === 'in' ? 'In' : 'NotIn', values: checkValues(key, this.#valueList()) };
        }
        break;
      default:
        break;
    }
    return refuse(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
  }

  #exactValue(): string {
    const next = this.#peek();
    if (next.type === 'end' || next.type === ',') return '';
    if (next.type !== 'word') refuse(`found '${next.text}', expected: identifier`);
    return this.#take().text;
  }

  /** `(a,b)`; an empty place between commas or brackets is the empty value. */
  #valueList(): readonly string[] {
    const open = this.#take();
    if (open.type !== '(') refuse(`found '${open.text}' expected: '('`);
    const values = new Set<string>();
    for (;;) {
      const { type, text } = this.#peek();
      values.add(type === 'word' ? this.#take().text : '');
      if (type !== 'word' && type !== ',' && type !== ')') {
        refuse(`found '${text}', expected: ',', ')' or identifier`);
      }
      const after = this.#take();
      if (after.type === ')') return [...values].sort();
      if (after.type !== ',') refuse(`found '${after.text}', expected: ',' or ')'`);
    }
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { type: 'end', text: '' };
  }

  #take(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }
}

function refuse(problem: string): never {
  throw new SelectorError(`unable to parse requirement: ${problem}`);
}

function checkValues(key: string, values: readonly string[]): readonly string[] {
  for (const [index, value] of values.entries()) {
    const [problem] = checkLabelValue(value);
    if (problem !== undefined) refuse(`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${problem}`);
  }
  return values;
}

function checkInteger(key: string, value: string): string {
  checkValues(key, [value]);
  if (!/^[+-]?\d{1,18}$/.test(value)) {
    refuse(
      `values[0]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
    );
  }
  return value;
}

/** True when the labels meet every requirement. NotIn also holds where the key is not there, as in Kubernetes. */
export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>> | undefined): boolean {
  return selector.every((requirement) => {
    const value = labels !== undefined && Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
    return meets(requirement, value);
  });
}

function meets(requirement: LabelRequirement, value: string | undefined): boolean {
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && requirement.values.includes(value);
    case 'NotIn':
      return value === undefined || !requirement.values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt': {
      if (value === undefined || !/^[+-]?\d{1,18}$/.test(value)) return false;
      const [have, want] = [BigInt(value.replace('+', '')), BigInt(requirement.value.replace('+', ''))];
      return requirement.operator === 'Gt' ? have > want : have < want;
    }
  }
}

/** The selector as text that `parseLabelSelector` reads to the same requirements. */
export function formatLabelSelector(selector: LabelSelector): string {
  return selector.map(formatRequirement).join(',');
}

function formatRequirement(requirement: LabelRequirement): string {
  const { key } = requirement;
  switch (requirement.operator) {
    case 'In':
    case 'NotIn': {
      const only = requirement.values.length === 1;
      const sign = requirement.operator === 'In' ? ['=', 'in'] : ['!=', 'notin'];
      const list = requirement.values.join(',');
      return only ? `${key}${sign[0]}${list}` : `${key} ${sign[1]} (${list})`;
    }
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'Gt':
      return `${key}>${requirement.value}`;
    case 'Lt':
      return `${key}<${requirement.value}`;
  }
}
