import type { Build } from '../../../schemas/gen/types.ts';
import { lookRequest } from '../../../schemas/values/build-annotations.ts';
import { cancelBuild, requestBuild } from '../../builds/annotations.ts';
import { whyHalted } from '../../builds/halted.ts';
import type { BuildRef } from '../../builds/open-log.ts';
import type { ProgressMode } from '../../builds/progress-flag.ts';
import { runBuild, type BuildEnding } from '../../builds/run-build.ts';
import { showProgress } from '../../builds/show-progress.ts';
import type { Session } from '../../connect/session.ts';
import { note, print, type Io } from '../../io.ts';
import type { AppliedBuild } from './applied-build.ts';

export interface BuildOneOptions {
  readonly mode: ProgressMode;
  /** Nothing but the digest. */
  readonly quiet: boolean;
  /** Build also when nothing changed. */
  readonly force: boolean;
  /** It is deleted afterwards. */
  readonly remove: boolean;
}

/** What a shell shows for a program that Ctrl-C ended. */
const INTERRUPTED = 130;
const PATIENCE_MS = 5000;

/** Builds one Build that was applied, and tells of it. Resolves with the exit code. */
export async function buildOne(
  applied: AppliedBuild,
  session: Session,
  io: Io,
  options: BuildOneOptions,
): Promise<number> {
  const { namespace = '', name } = applied.object.metadata;
  const ref = { namespace, name };
  const interrupt = new Interrupt(session, io, ref, options);
  using _handling = io.onInterrupt?.(() => interrupt.come());
  try {
    const ending = await run(applied, ref, session, io, options, interrupt);
    await tell(ending, name, io, options);
    if (interrupt.came) return INTERRUPTED;
    return ending.type === 'built' ? 0 : 1;
  } catch (error) {
    if (interrupt.came && interrupt.signal.aborted) return INTERRUPTED;
    throw error;
  }
}

async function run(
  { object, before }: AppliedBuild,
  ref: BuildRef,
  session: Session,
  io: Io,
  { mode, force }: BuildOneOptions,
  interrupt: Interrupt,
): Promise<BuildEnding> {
  const halted = whyHalted(object);
  if (halted !== undefined) return { type: 'halted', why: halted };
  const { generation = 0 } = object.metadata;
  const last = before?.status?.lastBuild;
  // a changed spec is looked at anyway, and so is a new object
  const isSame = before !== undefined && before.metadata.generation === generation;
  const request = isSame ? lookRequest(timeOf(io)) : undefined;
  if (request !== undefined) await requestBuild(session.client, ref, request);
  const after = last?.number === undefined ? 0 : last.phase === 'Running' ? last.number - 1 : last.number;
  const output = mode === 'json' ? io.stdout : io.stderr;
  return await runBuild(
    { ...ref, generation, after, force, ...(request === undefined ? {} : { request }) },
    {
      session,
      io,
      signal: AbortSignal.any([io.signal, interrupt.signal]),
      show: (log) => showProgress(log, { mode, output, io, remark: () => interrupt.remark }),
      async ask() {
        const asked = timeOf(io);
        await requestBuild(session.client, ref, asked);
        return asked;
      },
      onBuild: (number) => interrupt.setBuild(number),
    },
  );
}

/** With milliseconds: two command lines within a second are two wishes. */
const timeOf = (io: Pick<Io, 'now'>): string => new Date(io.now()).toISOString();

/** The first Ctrl-C cancels the build that is shown, or ends the waiting for one; the next is everybody's. */
class Interrupt {
  readonly #session: Session;
  readonly #io: Io;
  readonly #ref: BuildRef;
  readonly #options: Pick<BuildOneOptions, 'mode' | 'remove'>;
  readonly #abort = new AbortController();
  #number: number | undefined;
  came = false;

  constructor(session: Session, io: Io, ref: BuildRef, options: Pick<BuildOneOptions, 'mode' | 'remove'>) {
    this.#session = session;
    this.#io = io;
    this.#ref = ref;
    this.#options = options;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get remark(): string | undefined {
    if (!this.came) return undefined;
    return `cancelling; Ctrl-C again ${this.#options.remove ? 'does not wait for it' : 'leaves it alone'}`;
  }

  /** undefined: none is shown. */
  setBuild(number: number | undefined): void {
    this.#number = number;
  }

  come(): void {
    this.came = true;
    if (this.#number === undefined) {
      const { name } = this.#ref;
      const fate = this.#options.remove
        ? 'is deleted, as --rm says'
        : `stays, and is built when it can be; "tsmoby delete build/${name}" takes it away`;
      note(this.#io, `build "${name}" ${fate}`);
      this.#abort.abort();
      return;
    }
    if (this.#options.mode !== 'tty') note(this.#io, this.remark ?? '');
    cancelBuild(this.#session.client, this.#ref, this.#number, AbortSignal.timeout(PATIENCE_MS)).catch(
      (error: unknown) => {
        note(
          this.#io,
          `error: the build could not be cancelled: ${error instanceof Error ? error.message : String(error)}`,
        );
        this.#abort.abort();
      },
    );
  }
}

async function tell(ending: BuildEnding, name: string, io: Io, { mode, quiet }: BuildOneOptions): Promise<void> {
  const shown = `build.tsmoby.dev/${name}`;
  switch (ending.type) {
    case 'deleted':
      note(io, `error: ${shown} was deleted`);
      return;
    case 'halted':
      note(io, `error: ${shown}: ${ending.why}`);
      return;
    case 'failed':
      for (const line of failureLines({ ...ending, shown: ending.shown && !quiet }, shown)) note(io, line);
      return;
    case 'built': {
      const digest = digestOf(ending.object);
      if (quiet) await print(io.stdout, digest === undefined ? '' : `${digest}\n`);
      else if (mode !== 'json') await print(io.stdout, `${shown} ${builtText(ending, digest)}\n`);
    }
  }
}

function builtText({ object, number }: BuildEnding & { readonly type: 'built' }, digest: string | undefined): string {
  const what = digest === undefined ? '' : `: ${digest}`;
  if (number !== undefined) return `built${what}`;
  return `unchanged, build ${object.status?.number ?? 0} is what it would be${what}`;
}

/** Of the image; of one that was only pushed, that. */
const digestOf = ({ status }: Build): string | undefined =>
  status?.digest ?? status?.outputs?.find(({ digest }) => digest !== undefined)?.digest;

/** What was shown needs no repetition. */
function failureLines(
  { object, message, shown }: BuildEnding & { readonly type: 'failed' },
  name: string,
): readonly string[] {
  const { failure } = object.status?.lastBuild ?? {};
  if (shown) return [`error: ${name} was not built`];
  const excerpt =
    failure?.excerpt === undefined
      ? []
      : [`${failure.file ?? ''}:${failure.line ?? 0}`, ...failure.excerpt.split('\n')];
  return [...excerpt, `error: ${name}: ${message}`];
}
