import type { Build, BuildContext1, BuildSpec, BuildStatus } from '../../../schemas/gen/types.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { humanAge } from '../../../schemas/values/duration.ts';
import { humanSize } from '../../../schemas/values/human-size.ts';
import type { SheetRow } from '../../output/sheet.ts';
import { pairs, timeText } from './sections.ts';

/** What is built from what, how the last build went, and what is there, in the order in which one looks for a fault. */
export function bodyOfBuild(object: KubeObject, now: number): readonly SheetRow[] {
  const { spec, status = {} } = object as Build;
  return [
    ...given('Node', spec.nodeName),
    ...given('Reference', status.reference ?? spec.reference),
    ...inUseRows(status),
    ...lastBuildRows(status, now),
    ...failureRows(status),
    ['Builder', spec.builderName ?? 'default'],
    ...contextRows(spec, status, now),
    ...inputRows(spec),
    ...table('Steps', ['State', 'Took', 'Step'], (status.steps ?? []).map(stepLine)),
    ...table(
      'Bases',
      ['Reference', 'Digest', 'From'],
      (status.bases ?? []).map(({ reference = '', digest = 'as the builder finds it', source = '' }) => [
        reference,
        digest,
        source,
      ]),
    ),
    ...table(
      'Outputs',
      ['Type', 'Target', 'Digest'],
      (status.outputs ?? []).map(({ type = '', target = '', digest = '' }) => [type, target, digest]),
    ),
    ...table('Warnings', ['Where', 'What', 'More'], (status.warnings ?? []).map(warningLine)),
    ...table(
      'History',
      ['Build', 'Digest', 'Age', 'Took', 'Cause'],
      (status.history ?? []).map((entry) => [
        `${entry.number ?? ''}${entry.number === status.number ? ' (in use)' : ''}`,
        shortDigest(entry.digest),
        humanAge(entry.completionTime, now),
        entry.duration ?? '',
        entry.cause ?? '',
      ]),
    ),
  ];
}

const given = (label: string, value: string | number | undefined): readonly SheetRow[] =>
  value === undefined || value === '' ? [] : [[label, String(value)]];

const listed = (label: string, lines: readonly string[]): readonly SheetRow[] =>
  lines.length === 0 ? [] : [[label, lines]];

const table = (label: string, header: readonly string[], lines: readonly (readonly string[])[]): readonly SheetRow[] =>
  lines.length === 0 ? [] : [[label, { header, lines }]];

const shortDigest = (digest: string | undefined): string => digest?.replace(/^(sha256:[0-9a-f]{12}).*$/, '$1') ?? '';

function inUseRows({ number, digest, platform, size, manifestDigest }: BuildStatus): readonly SheetRow[] {
  if (number === undefined) return [['In Use', '<none>']];
  const rows = [
    ...given('Digest', digest),
    ...(manifestDigest === digest ? [] : given('Manifest', manifestDigest)),
    ...given('Platform', platform),
    ...given('Size', size),
  ];
  return [['In Use', rows.length === 0 ? `build ${number}` : { text: `build ${number}`, rows }]];
}

function lastBuildRows({ lastBuild }: BuildStatus, now: number): readonly SheetRow[] {
  if (lastBuild === undefined) return [['Last Build', '<none>']];
  const { number = 0, phase = '', cause, startTime, completionTime, duration, attempts = 1 } = lastBuild;
  const { totalSteps = 0, completedSteps = 0, cachedSteps = 0 } = lastBuild;
  const rows = [
    ...given('Cause', cause),
    ...given('Started', startTime && timeText(startTime, now)),
    ...given('Ended', completionTime && timeText(completionTime, now)),
    ...given('Took', duration),
    ...given('Steps', totalSteps === 0 ? undefined : `${completedSteps} of ${totalSteps}, ${cachedSteps} cached`),
    ...given('Attempts', attempts > 1 ? attempts : undefined),
  ];
  return [['Last Build', { text: `${number}, ${phase}`, rows }]];
}

function failureRows({ lastBuild }: BuildStatus): readonly SheetRow[] {
  const failure = lastBuild?.failure;
  if (failure === undefined) return [];
  const { message = '', step, file, line, endLine, excerpt } = failure;
  const lines = line === undefined ? '' : `:${line}${endLine === undefined || endLine === line ? '' : `-${endLine}`}`;
  const rows = [
    ...given('Step', step),
    ...given('Place', file && `${file}${lines}`),
    ...(excerpt === undefined ? [] : listed('Excerpt', excerpt.split('\n'))),
  ];
  return [['Failure', { text: message.split('\n', 1)[0] ?? '', rows }]];
}

function contextRows(spec: BuildSpec, { context }: BuildStatus, now: number): readonly SheetRow[] {
  const { path, inline } = spec.dockerfile ?? {};
  const rows = [
    ...given('Revision', context?.revision),
    ...given('Digest', context?.digest),
    ...given(
      'Files',
      context?.files === undefined ? undefined : `${context.files}, ${humanSize(context.sizeBytes ?? 0)}`,
    ),
    ...given('Changed', context?.checkTime && timeText(context.checkTime, now)),
  ];
  return [
    ['Context', { text: sourceText(spec.context ?? {}), rows }],
    ['Dockerfile', inline === undefined ? (path ?? 'Dockerfile') : 'in spec.dockerfile.inline'],
  ];
}

function sourceText({ directory, git, http, inline }: NonNullable<BuildSpec['context']>): string {
  if (directory !== undefined) return directory.path;
  if (git !== undefined)
    return `${git.url}${git.ref === undefined ? '' : `#${git.ref}`}${git.subdirectory === undefined ? '' : `:${git.subdirectory}`}`;
  if (http !== undefined) return http.url;
  return inline === undefined ? '<none>' : `${inline.files.length} files in spec.context.inline`;
}

function namedText({ name, build, image, ociLayout, reference, ...source }: BuildContext1): string {
  if (build !== undefined) return `${name} from Build/${build.name}`;
  if (image !== undefined) return `${name} from Image/${image.name}`;
  if (ociLayout !== undefined) return `${name} from ${ociLayout.path}`;
  return `${name} from ${reference ?? sourceText(source)}`;
}

function inputRows(spec: BuildSpec): readonly SheetRow[] {
  const { frontend, target, platforms = [], args = [], contexts = [], secrets = [], ssh = [], network } = spec;
  return [
    ...given('Front End', frontend?.source ?? (frontend?.name === 'dockerfile.v0' ? undefined : frontend?.name)),
    ...given('Target', target),
    ...given('Platforms', platforms.join(', ')),
    ...listed(
      'Args',
      args.map(({ name, value = '', valueFrom }) => {
        const from = valueFrom?.configMapKeyRef;
        return `${name}=${from === undefined ? value : `<key ${from.key} of configmap ${from.name}>`}`;
      }),
    ),
    ...(spec.labels === undefined ? [] : listed('Image Labels', pairs(spec.labels))),
    ...listed('Contexts', contexts.map(namedText)),
    ...listed(
      'Secrets',
      secrets.map(({ id, secretKeyRef }) => `${id} from key ${secretKeyRef.key} of secret ${secretKeyRef.name}`),
    ),
    ...listed(
      'SSH',
      ssh.map(
        ({ id = 'default', agentSocket, secretKeyRef }) =>
          `${id} from ${agentSocket ?? `key ${secretKeyRef?.key ?? ''} of secret ${secretKeyRef?.name ?? ''}`}`,
      ),
    ),
    ...given('Network', network === 'Default' ? undefined : network),
    ...given('Watched', spec.watch === true ? 'yes' : undefined),
    ...given('Suspended', spec.suspend === true ? 'yes' : undefined),
    ...given('Reverted To', spec.revertTo),
  ];
}

function stepLine(step: ShownStep): readonly string[] {
  const { name = '', duration = '', error } = step;
  return [stateOf(step), duration, error === undefined ? name : `${name}: ${error}`];
}

type ShownStep = NonNullable<BuildStatus['steps']>[number];

function stateOf({ error, running, cached, duration }: ShownStep): string {
  if (error !== undefined) return error.includes('context canceled') ? 'cancelled' : 'failed';
  if (running === true) return 'runs';
  if (cached === true) return 'cached';
  return duration === undefined ? 'waits' : 'done';
}

function warningLine({
  message = '',
  file,
  line,
  url = '',
}: NonNullable<BuildStatus['warnings']>[number]): readonly string[] {
  const where = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}`;
  return [where, message, url];
}
