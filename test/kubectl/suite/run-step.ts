import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Expected, FetchStep, FileStep, KubectlStep, Step } from './case.ts';
import { splitCommandLine } from './command-line.ts';
import { differences, type Outcome } from './expectations.ts';
import { KubectlStopped, runKubectl, type Printed } from './kubectl.ts';
import { fillPattern, fillText } from './words.ts';

/** How long `eventually` repeats, and its pauses. */
const EVENTUALLY_MS = 60_000;
const RETRY_MS = 250;

/** Where the steps of one case run. */
export interface Scene {
  readonly binary: string;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Grows by what steps save. */
  readonly words: Map<string, string>;
  readonly signal: AbortSignal;
}

/** A step that did not do what the case says, in words that need no knowledge of the suite. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
}

export async function runSteps(steps: readonly Step[], scene: Scene): Promise<void> {
  for (const step of steps) await runStep(step, scene);
}

async function runStep(step: Step, scene: Scene): Promise<void> {
  if ('pauseMs' in step) return await sleep(step.pauseMs, undefined, { signal: scene.signal });
  if ('file' in step) return await write(step, scene);
  const deadline = 'kubectl' in step && step.eventually ? performance.now() + EVENTUALLY_MS : 0;
  const command = 'kubectl' in step ? `kubectl ${fillText(step.kubectl, scene.words)}` : step.fetch;
  for (;;) {
    const outcome = await ('kubectl' in step ? kubectl(step, scene, command) : get(step, scene));
    const found = differences(step, outcome, scene.words);
    if (found.length === 0) return save(step, outcome, scene);
    if (performance.now() > deadline) throw failure(command, found, outcome);
    await sleep(RETRY_MS, undefined, { signal: scene.signal });
  }
}

async function write({ file, text }: FileStep, { directory, words }: Scene): Promise<void> {
  const path = join(directory, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, fillText(text, words), { mode: 0o700 });
}

function save({ save: word }: Expected, { out }: Outcome, { words }: Scene): void {
  if (word !== undefined) words.set(word, out.replace(/\n+$/, ''));
}

async function get(step: FetchStep, { words, signal }: Scene): Promise<Outcome> {
  const response = await fetch(fillText(step.fetch, words), { signal });
  return { code: undefined, out: await response.text(), err: '' };
}

async function kubectl(step: KubectlStep, scene: Scene, command: string): Promise<Outcome> {
  const { words } = scene;
  const args = splitCommandLine(step.kubectl).map((each) => fillText(each, words));
  const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([key, text]) => [key, fillText(text, words)]));
  const reader = readerOf(step, words);
  const stop = new AbortController();
  const running = runKubectl(args, {
    ...scene,
    env: { ...scene.env, ...env },
    ...(step.input === undefined ? {} : { input: fillText(step.input, words) }),
    onOutput: reader.onOutput,
    enough: reader.enough,
    signal: AbortSignal.any([scene.signal, stop.signal]),
  });
  const ended = running.then(
    () => false,
    () => false,
  );
  try {
    const begun = await Promise.race([reader.ready, ended]);
    if (begun) await runSteps(step.meanwhile ?? [], scene);
    reader.nothingMoreToDo();
    const outcome = await running;
    if (!begun)
      throw failure(command, [`it never said ${String(step.ready)}, which starts what is done meanwhile`], outcome);
    return outcome;
  } catch (error) {
    stop.abort();
    await ended;
    if (!(error instanceof KubectlStopped)) throw error;
    throw failure(command, [error.message], error.outcome);
  }
}

/** Sees in what a command prints when `meanwhile` may begin, and when the command has said enough. */
function readerOf({ ready, until }: KubectlStep, words: Map<string, string>) {
  const begin = Promise.withResolvers<boolean>();
  const enough = new AbortController();
  let seen: Printed = { out: '', err: '' };
  let begun = false;
  let working = true;
  const look = (): void => {
    if (!begun) {
      const pattern = fillPattern(ready ?? /^/, words);
      const found = pattern.exec(seen.out) ?? pattern.exec(seen.err);
      if (found?.[1] !== undefined) words.set('READY', found[1]);
      begun = found !== null;
      if (begun) begin.resolve(true);
    }
    if (!working && until !== undefined && fillPattern(until, words).test(seen.out)) enough.abort();
  };
  look();
  return {
    ready: begin.promise,
    enough: enough.signal,
    onOutput: (printed: Printed): void => {
      seen = printed;
      look();
    },
    nothingMoreToDo: (): void => {
      working = false;
      look();
    },
  };
}

/** Enough of a stream to see what is wrong: kubectl can repeat itself for a minute. */
const SHOWN = 4000;

function failure(command: string, found: readonly string[], { code, out, err }: Outcome): StepFailure {
  const section = (title: string, text: string): string =>
    text === '' ? '' : `\n${title}:\n${text.slice(0, SHOWN).trimEnd()}${text.length > SHOWN ? ' …' : ''}`;
  const said = `exit code: ${code ?? 'none'}${section('stdout', out)}${section('stderr', err)}`;
  return new StepFailure(`$ ${command}\n${found.join('\n')}\n${said}`);
}
