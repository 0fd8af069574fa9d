/** What a job tells of itself while it goes on, and the test cases that come of it. */
import type { NotCurrent } from '../../client/environment/await-current.ts';
import type { ObjectRef } from '../../schemas/object.ts';
import { note, type Io } from '../io.ts';
import { shownName } from '../kinds/directory.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { TestCase } from './junit.ts';

/** What a test case stands for. */
const REPORTED: ReadonlySet<string> = new Set(['Container', 'Build']);

interface Told {
  readonly seconds: number;
  readonly outcome: TestCase['outcome'];
}

export class JobReport {
  readonly #io: Io;
  readonly #manifests: readonly Manifest[];
  readonly #begin: number;
  readonly #told = new Map<string, Told>();
  readonly #command: TestCase[] = [];

  constructor(io: Io, manifests: readonly Manifest[]) {
    this.#io = io;
    this.#manifests = manifests;
    this.#begin = io.now();
  }

  /** For people, beside what the command writes. */
  say(line: string): void {
    note(this.#io, `tsmoby ci: ${line}`);
  }

  current(ref: ObjectRef): void {
    const seconds = this.#seconds();
    this.#told.set(keyOf(ref), { seconds, outcome: { type: 'passed' } });
    const state =
      ref.kind === 'Namespace' || ref.kind === 'ConfigMap' || ref.kind === 'Secret' ? undefined : 'is ready';
    if (state !== undefined) this.say(`${this.#shown(ref)} ${state} after ${seconds.toFixed(1)} s`);
  }

  /** `log`: its last lines. `verb`: what became of it. */
  notCurrent({ ref, message }: NotCurrent, verb: string, log: readonly string[]): void {
    const outcome = { type: 'failed', message, details: [message, ...log].join('\n') } as const;
    this.#told.set(keyOf(ref), { seconds: this.#seconds(), outcome });
    this.say(`${this.#shown(ref)} ${verb}: ${message}`);
    if (log.length > 0) note(this.#io, 'its last lines:');
    for (const line of log) note(this.#io, `  ${line}`);
  }

  command(name: string, seconds: number, exitCode: number): void {
    const message = `ended with exit code ${exitCode}`;
    const outcome =
      exitCode === 0 ? ({ type: 'passed' } as const) : ({ type: 'failed', message, details: message } as const);
    this.#command.push({ group: 'command', name, seconds, outcome });
  }

  /** One for each Container and Build, and one for the command. */
  cases(): readonly TestCase[] {
    const objects = this.#manifests
      .filter(({ kind }) => kind.group === 'tsmoby.dev' && REPORTED.has(kind.kind))
      .map(({ kind, name }): TestCase => {
        const { seconds, outcome } = this.#told.get(`${kind.kind} ${name}`) ?? {
          seconds: 0,
          outcome: { type: 'skipped' },
        };
        return { group: kind.kind, name, seconds, outcome };
      });
    return [...objects, ...this.#command];
  }

  #seconds(): number {
    return (this.#io.now() - this.#begin) / 1000;
  }

  #shown({ kind: wanted, name }: ObjectRef): string {
    const kind = this.#manifests.find(({ kind: one }) => one.kind === wanted)?.kind;
    return kind === undefined ? `${wanted}/${name}` : shownName(kind, name);
  }
}

const keyOf = ({ kind, name }: ObjectRef): string => `${kind} ${name}`;
