import { resolve } from 'node:path';
import { createHttpClient } from '../../client/http.ts';
import type { Container } from '../../schemas/gen/types.ts';
import { findAddress } from '../connect/address.ts';
import type { ConnectionValues } from '../connect/flags.ts';
import { isUnreachable, openSession, type Session } from '../connect/session.ts';
import { UsageError } from '../errors.ts';
import { note, type Io } from '../io.ts';
import { createFieldCheck } from '../manifests/check-fields.ts';
import { checkDocuments } from '../manifests/check.ts';
import { ManifestError, readDocuments, type Document, type Manifest } from '../manifests/manifest.ts';
import { readSources, type SourceFlags } from '../manifests/sources.ts';
import { VERSION } from '../version.ts';
import { WaitView } from '../wait/progress/view.ts';
import { takeEndSignals } from './end-signals.ts';
import { ownObjects, placeProblems } from './own-objects.ts';
import { startPrivateDaemon, type PrivateDaemon } from './private-daemon.ts';
import { runJob, type Job } from './run-job.ts';
import { parseSettings } from './settings.ts';
import { sweepLeftJobs } from './sweep.ts';
import { substitute } from './substitute.ts';

export interface CiOptions extends Pick<Job, 'io' | 'what' | 'artifacts' | 'artifactsWanted'> {
  readonly flags: SourceFlags &
    Omit<ConnectionValues, 'namespace'> & {
      readonly name: string;
      readonly set: readonly string[];
      readonly timeout: number;
      readonly 'keep-on-failure': boolean;
      readonly private: boolean;
    };
}

const USER_AGENT = `tsmoby-ci/${VERSION}`;

/** Resolves with the exit code. Rejects with ManifestError, UsageError, CommandError, ApiError. */
export async function runCi(options: CiOptions): Promise<number> {
  const { flags, what } = options;
  // what a container writes has no whole lines, and stands where a block would
  using view = new WaitView(options.io, {
    show: { live: what.type === 'command', plain: true },
    prefix: 'tsmoby ci: ',
  });
  const { io } = view;
  // nothing is started for manifests that cannot be read
  const documents = await documentsOf(flags, io);
  using signals = takeEndSignals(io, (code) => process.exit(code));
  try {
    await using found = await findDaemon(flags, io, signals.signal);
    const { session, daemon } = found;
    const manifests = ownObjects(
      await manifestsOf(documents, session, flags.name),
      daemon === undefined ? 'shared' : 'private',
    );
    if (what.type === 'container') checkTarget(manifests, what.name);
    return await runJob({
      ...options,
      io,
      view,
      session,
      manifests,
      signals,
      name: flags.name,
      timeoutMs: flags.timeout,
      keepOnFailure: flags['keep-on-failure'],
      reach: reachOf(session, daemon === undefined ? flags.kubeconfig : undefined, io),
      onKept: async (namespace) => {
        await daemon?.keep();
        return keptLines(namespace, session.where, daemon);
      },
    });
  } catch (error) {
    if (signals.exitCode !== undefined) return signals.exitCode;
    throw error;
  }
}

async function documentsOf(flags: CiOptions['flags'], io: Io): Promise<readonly Document[]> {
  const settings = parseSettings(flags.set, io.env);
  const read = readDocuments(await readSources(flags, io));
  if (read.length === 0)
    throw new ManifestError([`no objects passed to the command: ${flags.filename.join(', ')} holds none`]);
  const { documents, unused } = substitute(read, settings);
  for (const name of unused) note(io, `Warning: --set ${name}: no manifest has \${${name}}`);
  const problems = placeProblems(documents);
  if (problems.length > 0) throw new ManifestError(problems);
  return documents;
}

/** `namespace` only holds the place of the one that is not there yet. */
const manifestsOf = (
  documents: readonly Document[],
  session: Session,
  namespace: string,
): Promise<readonly Manifest[]> =>
  checkDocuments(documents, { kinds: session.kinds, namespace, namespaceGiven: false, fields: createFieldCheck() });

function checkTarget(manifests: readonly Manifest[], name: string): void {
  const containers = manifests.filter(({ kind }) => kind.kind === 'Container' && kind.group === 'tsmoby.dev');
  const target = containers.find((one) => one.name === name)?.object as Container | undefined;
  if (target === undefined)
    throw new UsageError(
      `--exit-code-from ${name}: there is no such Container; there are ${containers.map((one) => one.name).join(', ') || 'none'}`,
    );
  if ((target.spec.restartPolicy ?? 'Always') === 'Always')
    throw new UsageError(
      `--exit-code-from ${name}: it is started again for ever: give it restartPolicy Never or OnFailure`,
    );
}

interface Found extends AsyncDisposable {
  readonly session: Session;
  /** Absent: it was there, and others may use it. */
  readonly daemon?: PrivateDaemon;
}

/** The daemon that is named or runs; where none is, one for this job. */
async function findDaemon(flags: CiOptions['flags'], io: Io, signal: AbortSignal): Promise<Found> {
  const connection = { ...flags, namespace: undefined };
  const isNamed = [flags.server, flags.kubeconfig, io.env['TSMOBY_HOST'], io.env['TSMOBY_KUBECONFIG']].some(Boolean);
  const isThere = isNamed || (await isRunning(connection, io, signal));
  if (isThere && !flags.private) {
    const session = await openSession(connection, io, USER_AGENT);
    return { session, [Symbol.asyncDispose]: async () => session[Symbol.dispose]() };
  }
  await sweepLeftJobs(io, signal);
  note(io, `tsmoby ci: ${isThere ? '' : 'no daemon runs here, '}starting one for this job`);
  const daemon = await startPrivateDaemon(io, signal);
  const session = await openSession({ ...connection, server: `unix://${daemon.socketPath}` }, io, USER_AGENT);
  return {
    session,
    daemon,
    async [Symbol.asyncDispose]() {
      session[Symbol.dispose]();
      await daemon[Symbol.asyncDispose]();
    },
  };
}

async function isRunning(flags: ConnectionValues, io: Io, signal: AbortSignal): Promise<boolean> {
  const { connection } = await findAddress(flags, io);
  using client = await createHttpClient({ connection, userAgent: USER_AGENT });
  try {
    await client.raw('/version', { signal });
    return true;
  } catch (error) {
    const code = isUnreachable(error) ? (error.cause as NodeJS.ErrnoException | undefined)?.code : undefined;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return false;
    throw error;
  }
}

/** What leads `tsmoby` in the command, and the library, to the same daemon. */
function reachOf({ where }: Session, kubeconfig: string | undefined, io: Io): Readonly<Record<string, string>> {
  return {
    TSMOBY_HOST: where,
    ...(kubeconfig === undefined ? {} : { TSMOBY_KUBECONFIG: resolve(io.cwd, kubeconfig) }),
  };
}

function keptLines(namespace: string, where: string, daemon: PrivateDaemon | undefined): readonly string[] {
  const at = `TSMOBY_HOST=${where} TSMOBY_NAMESPACE=${namespace}`;
  return [
    `environment ${namespace} is kept. Look at it with:`,
    `  ${at} tsmoby get all`,
    'and take it away with:',
    daemon === undefined ? `  TSMOBY_HOST=${where} tsmoby delete namespace ${namespace}` : `  kill ${daemon.pid}`,
  ];
}
