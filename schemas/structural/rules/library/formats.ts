import { Optional } from '@marcbachmann/cel-js';
import {
  checkDns1035Label,
  checkDnsLabel,
  checkDnsSubdomain,
  checkLabelValue,
  checkQualifiedName,
} from '../../../values/names.ts';
import { isFormat } from '../../formats.ts';
import type { Library } from './library.ts';

/** A named format as a value of the language. */
class CelFormat {
  readonly name: string;
  readonly check: (text: string) => readonly string[];

  constructor(name: string, check: (text: string) => readonly string[]) {
    this.name = name;
    this.check = check;
  }
}

const ofFormat = (name: string) => (text: string) => (isFormat(name, text) ? [] : [`invalid ${name}`]);

/** `name-`, as a generateName prefix: what comes behind the dash is the server's. */
const prefix = (check: (text: string) => readonly string[]) => (text: string) =>
  check(text.endsWith('-') ? `${text.slice(0, -1)}a` : text);

const checks: Readonly<Record<string, (text: string) => readonly string[]>> = {
  dns1123Label: checkDnsLabel,
  dns1123Subdomain: checkDnsSubdomain,
  dns1035Label: checkDns1035Label,
  qualifiedName: checkQualifiedName,
  dns1123LabelPrefix: prefix(checkDnsLabel),
  dns1123SubdomainPrefix: prefix(checkDnsSubdomain),
  dns1035LabelPrefix: prefix(checkDns1035Label),
  labelValue: checkLabelValue,
  uri: ofFormat('uri'),
  uuid: ofFormat('uuid'),
  byte: ofFormat('byte'),
  date: ofFormat('date'),
  datetime: ofFormat('date-time'),
};

/** Kubernetes' `format`. */
export const formats: Library = {
  types: { 'kubernetes.NamedFormat': CelFormat },
  namespaces: { format: 'FormatNamespace' },
  functions: {
    'FormatNamespace.named(string): optional<kubernetes.NamedFormat>': (_: object, name: string) =>
      Optional.of(Object.hasOwn(checks, name) ? make(name) : undefined),
    'kubernetes.NamedFormat.validate(string): optional<list<string>>': ({ check }: CelFormat, text: string) => {
      const problems = check(text);
      return problems.length === 0 ? Optional.none() : Optional.of(problems);
    },
    ...Object.fromEntries(
      Object.keys(checks).map((name) => [`FormatNamespace.${name}(): kubernetes.NamedFormat`, () => make(name)]),
    ),
  },
  operators: {
    'kubernetes.NamedFormat == kubernetes.NamedFormat': (a: CelFormat, b: CelFormat) => a.name === b.name,
  },
};

const make = (name: string): CelFormat => new CelFormat(name, checks[name] ?? (() => []));
