import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { TextError } from '../../schemas/text/text-error.ts';
import { checkDnsLabel } from '../../schemas/values/names.ts';
import { CommandError, UsageError } from '../errors.ts';
import { note, print, type Io } from '../io.ts';
import { defineCommand } from './command.ts';
import { fitted, reportLines, type ReportStyle } from './convert/book/report.ts';
import { machineFiles } from './convert/compose/files.ts';
import { loadModel } from './convert/compose/load.ts';
import { ComposeError } from './convert/compose/node.ts';
import { convertFlags } from './convert/flags.ts';
import { convertProject, type ProjectOutput } from './convert/project/project.ts';
import { settingsOf, type SettingsInput } from './convert/settings.ts';
import { inNamespace, manifestText, writeManifests, type Format } from './convert/written.ts';

export const convert = defineCommand({
  name: 'convert',
  usage: ['[FILE…]', '-f FILE [-f FILE…]'],
  description:
    'Make manifests of a Compose file, and tell what became of each of its keys. Files are read as docker compose reads them: merged, extended, included, with .env and variables put in. Needs no daemon. The exit code is 0 when the manifests are written, 1 with --strict when a key is not supported, 2 when the file or the command line is wrong.',
  examples: [
    'tsmoby convert compose.yaml > manifests.yaml',
    'tsmoby convert -n shop | tsmoby apply -f -',
    'tsmoby convert -f compose.yaml -f compose.prod.yaml --profile web --output-dir manifests',
    '# what would be lost, for a CI job',
    'tsmoby convert --strict --report=brief > /dev/null',
  ],
  flags: convertFlags,
  failureCode: 2,
  async run({ flags, args, io }) {
    const { namespace, strict } = flags;
    if (namespace !== undefined && checkDnsLabel(namespace).length > 0)
      throw new UsageError(`--namespace ${namespace}: ${checkDnsLabel(namespace)[0] ?? ''}`);
    const files = [...flags.filename, ...args];
    if (files.filter((file) => file === '-').length > 1)
      throw new UsageError('standard input (-) can be read only once');
    const unset = new Set<string>();
    const { book, manifests, hostPaths } = convertFiles({
      files,
      envFiles: flags['env-file'],
      profiles: flags.profile,
      project: flags['project-name'],
      projectDirectory: flags['project-directory'],
      env: io.env,
      cwd: io.cwd,
      machine: machineFiles,
      stdin: files.includes('-') ? await readAll(io) : undefined,
      onMissing: (name) => unset.add(name),
    });
    for (const name of unset) note(io, `warning: the variable ${name} is not set, and empty`);
    if (book.problems.length > 0) throw new CommandError(book.problems.join('\n'));
    const columns = io.stderr.isTTY === true ? io.stderr.columns : undefined;
    for (const line of reportLines(book, flags.report as ReportStyle, columns)) note(io, line);
    if (strict && book.remarks.some(({ outcome }) => outcome === 'unsupported')) {
      note(io, 'error: --strict: not all keys are supported; nothing is written');
      return 1;
    }
    const format = flags.output as Format;
    const written = inNamespace(manifests, namespace);
    const directory = flags['output-dir'];
    if (directory === undefined) await print(io.stdout, manifestText(written, format));
    else
      for (const name of await writeManifests(written, directory, format, io.cwd)) await print(io.stdout, `${name}\n`);
    for (const line of hints(
      written.some(({ kind }) => kind === 'Secret'),
      hostPaths,
    ))
      note(io, fitted(line, columns));
    return 0;
  },
});

/** Rejects with CommandError for what is wrong in files. */
function convertFiles(input: SettingsInput): ProjectOutput {
  try {
    const { files, directory, project, profiles, variables } = settingsOf(input);
    const loading = { files: input.machine, variables, ...(input.stdin === undefined ? {} : { stdin: input.stdin }) };
    const model = loadModel(files, directory, loading);
    return convertProject({ model, project, profiles, files: input.machine, variables });
  } catch (error) {
    if (error instanceof ComposeError || error instanceof TextError)
      throw new CommandError(error.message, { cause: error });
    throw error;
  }
}

const readAll = async ({ stdin }: Io): Promise<Uint8Array> => await buffer(Readable.from(stdin));

/** What one has to know before applying. */
function hints(hasSecrets: boolean, hostPaths: readonly string[]): readonly string[] {
  return [
    ...(hasSecrets ? ['note: the manifests hold the values of secrets; keep them as you keep those'] : []),
    ...(hostPaths.length === 0
      ? []
      : [`note: the daemon must allow these paths: ${hostPaths.map((path) => `--allow-host-path ${path}`).join(' ')}`]),
  ];
}
