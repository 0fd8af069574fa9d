/** One job of `tsmoby ci`, from its environment to the exit code. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openEnvironment, type OpenEnvironment } from '../../client/environment/environment.ts';
import { containerVariables } from '../../client/environment/variables.ts';
import { container as containerKind } from '../../schemas/definitions/container.ts';
import type { Container } from '../../schemas/gen/types.ts';
import type { Session } from '../connect/session.ts';
import type { Io } from '../io.ts';
import { refOf } from '../kinds/directory.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { errorLines } from '../output/error-lines.ts';
import type { WaitView } from '../wait/progress/view.ts';
import { bringUp, refTo, type BroughtUp } from './bring-up.ts';
import { collectArtifacts } from './collect.ts';
import { lastLogLines } from './collect-log.ts';
import { containerExit } from './container-exit.ts';
import type { EndSignals } from './end-signals.ts';
import { JobReport } from './job-report.ts';
import { junitXml } from './junit.ts';
import { CannotStartError, runCommand } from './run-command.ts';

/** The environment did not come up, or could not be taken away. As docker's for what is not the command's own. */
export const ENVIRONMENT_FAILED = 125;

/** This process does little else than renew it. */
const LEASE_SECONDS = 10;

const LAST_LINES = 20;
const LOG_MS = 10_000;

export interface Job {
  readonly session: Session;
  /** In no namespace yet. */
  readonly manifests: readonly Manifest[];
  /** Begins the name of the namespace. */
  readonly name: string;
  /** Of `view`, so that all lines stand above it. */
  readonly io: Io;
  readonly view: WaitView;
  readonly signals: EndSignals;
  readonly what:
    | { readonly type: 'command'; readonly words: readonly [string, ...string[]] }
    | { readonly type: 'container'; readonly name: string };
  readonly timeoutMs: number;
  readonly keepOnFailure: boolean;
  /** Absolute. */
  readonly artifacts: string;
  /** Reports are written also when all went well. */
  readonly artifactsWanted: boolean;
  /** How the command reaches the same daemon. */
  readonly reach: Readonly<Record<string, string>>;
  /** The environment is to stay: how one looks at it and has it gone. */
  onKept(namespace: string): Promise<readonly string[]>;
}

/** Resolves with the exit code; prints every failure. Rejects with ApiError when the environment cannot even be opened. */
export async function runJob(job: Job): Promise<number> {
  const { io, name, signals } = job;
  signals.signal.throwIfAborted();
  const environment = await openEnvironment(job.session.client, { name, leaseSeconds: LEASE_SECONDS });
  const { namespace } = environment;
  const session = { ...job.session, namespace };
  const manifests = job.manifests.map((manifest) => inNamespace(manifest, namespace));
  const report = new JobReport(io, manifests);
  report.say(`environment ${namespace} at ${session.where}`);
  const run = { ...job, session, manifests };
  const code = await attempt(run, environment, report).catch((error: unknown) => {
    for (const line of errorLines(error, session.where)) report.say(line);
    return ENVIRONMENT_FAILED;
  });
  if (code !== 0 || job.artifactsWanted) await writeReports(run, report, code);
  if (code !== 0 && job.keepOnFailure && signals.exitCode === undefined)
    return await keep(run, environment, report, code);
  return await tearDown(environment, report, io, code);
}

function inNamespace(manifest: Manifest, namespace: string): Manifest {
  if (manifest.namespace === undefined) return manifest;
  const { object } = manifest;
  return { ...manifest, namespace, object: { ...object, metadata: { ...object.metadata, namespace } } };
}

/** Resolves with the exit code of what was to run, or of what kept it from running. */
async function attempt(job: Job, environment: OpenEnvironment, report: JobReport): Promise<number> {
  const { session, manifests, signals, what, timeoutMs, io, view } = job;
  const stop = new AbortController();
  const signal = AbortSignal.any([signals.signal, environment.lost, stop.signal]);
  const target = what.type === 'container' ? manifests.find((one) => isContainer(one, what.name)) : undefined;
  try {
    const coming = bringUp({
      session,
      manifests,
      notAwaited: target,
      timeoutMs,
      signal,
      view,
      onWarning: (text) => report.say(`Warning: ${text}`),
      onCurrent: (ref) => report.current(ref),
    });
    if (what.type === 'command') {
      const up = await coming;
      return up.type === 'up' ? await runWords(job, what.words, report) : await tellFailure(job, up, report);
    }
    const begun = io.now();
    const first = await Promise.race([
      // one that is ready says nothing of the one that is waited for
      coming.then((up) => (up.type === 'up' ? new Promise<never>(() => undefined) : up)),
      containerExit(session, what.name, io, signal),
    ]);
    if (typeof first === 'object') return await tellFailure(job, first, report);
    return await tellExit(job, what.name, first, (io.now() - begun) / 1000, report);
  } catch (error) {
    if (signals.exitCode !== undefined) return signals.exitCode;
    throw error;
  } finally {
    stop.abort();
  }
}

const isContainer = ({ kind, name }: Manifest, wanted: string): boolean =>
  kind.kind === 'Container' && kind.group === 'tsmoby.dev' && name === wanted;

async function runWords(job: Job, words: readonly [string, ...string[]], report: JobReport): Promise<number> {
  const { io, signals } = job;
  const variables = await variablesOf(job);
  const shown = words.join(' ');
  report.say(`$ ${shown}`);
  const begun = io.now();
  const ended = await runCommand({ words, variables, io, signals }).catch((error: unknown) => {
    if (!(error instanceof CannotStartError)) throw error;
    report.say(`error: ${error.message}`);
    return error.exitCode;
  });
  // a command that was told to end did not do what it was to do, whatever it says
  const code = ended === 0 ? (signals.exitCode ?? 0) : ended;
  const seconds = (io.now() - begun) / 1000;
  report.command(shown, seconds, code);
  if (code !== 0) report.say(`the command ended with exit code ${code} after ${seconds.toFixed(1)} s`);
  return code;
}

async function variablesOf({ session, manifests, reach }: Job): Promise<Readonly<Record<string, string>>> {
  const { client, namespace } = session;
  const { items } = await client.list<Container>(refOf(containerKind), { namespace });
  const names = new Set(manifests.filter((one) => isContainer(one, one.name)).map(({ name }) => name));
  const own = items.filter(({ metadata }) => names.has(metadata.name));
  return Object.assign({ ...reach, TSMOBY_NAMESPACE: namespace }, ...own.map(containerVariables)) as Record<
    string,
    string
  >;
}

async function tellExit(
  job: Job,
  name: string,
  exitCode: number | undefined,
  seconds: number,
  report: JobReport,
): Promise<number> {
  const { signals, session, manifests } = job;
  if (signals.exitCode !== undefined) return signals.exitCode;
  const target = manifests.find((one) => isContainer(one, name));
  if (exitCode === undefined && target !== undefined) {
    const object = await session.client.get(refTo(target));
    const failed = { ref: refTo(target), message: 'it never ran', object };
    return await tellFailure(job, { type: 'failed', failed }, report);
  }
  report.command(`container ${name}`, seconds, exitCode ?? ENVIRONMENT_FAILED);
  report.say(`container ${name} ended with exit code ${exitCode ?? 'unknown'} after ${seconds.toFixed(1)} s`);
  return exitCode ?? ENVIRONMENT_FAILED;
}

async function tellFailure(
  job: Job,
  up: Exclude<BroughtUp, { readonly type: 'up' }>,
  report: JobReport,
): Promise<number> {
  if (up.type === 'refused') {
    for (const line of up.lines) report.say(line);
    return ENVIRONMENT_FAILED;
  }
  const all = up.type === 'failed' ? [up.failed] : up.waiting;
  const verb = up.type === 'failed' ? 'failed' : `is not ready after ${job.timeoutMs / 1000} s`;
  for (const one of all) {
    const hasLog = one.ref.kind === 'Container' || one.ref.kind === 'Build';
    const signal = AbortSignal.timeout(LOG_MS);
    const log = hasLog ? await lastLogLines(job.session, one.ref, LAST_LINES, signal).catch(() => []) : [];
    report.notCurrent(one, verb, log);
  }
  return ENVIRONMENT_FAILED;
}

async function writeReports(
  { session, manifests, artifacts, io, name }: Job,
  report: JobReport,
  code: number,
): Promise<void> {
  try {
    await mkdir(artifacts, { recursive: true });
    if (code !== 0) await collectArtifacts(session, manifests, artifacts, io);
    await writeFile(join(artifacts, 'junit.xml'), junitXml(`tsmoby ci ${name}`, io.now(), report.cases()));
    if (code !== 0) report.say(`logs, events and objects are in ${artifacts}`);
  } catch (error) {
    report.say(
      `error: cannot write to ${resolve(artifacts)}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

async function keep(job: Job, environment: OpenEnvironment, report: JobReport, code: number): Promise<number> {
  await environment.keep();
  for (const line of await job.onKept(environment.namespace)) report.say(line);
  return code;
}

async function tearDown(environment: OpenEnvironment, report: JobReport, io: Io, code: number): Promise<number> {
  const begun = io.now();
  try {
    await environment[Symbol.asyncDispose]();
    report.say(`environment ${environment.namespace} is gone after ${((io.now() - begun) / 1000).toFixed(1)} s`);
    return code;
  } catch (error) {
    report.say(`error: ${error instanceof Error ? error.message : String(error)}`);
    return code === 0 ? ENVIRONMENT_FAILED : code;
  }
}
