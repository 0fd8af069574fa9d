import { UsageError } from '../errors.ts';
import { defineCommand } from './command.ts';
import { diffFlags } from './diff/flags.ts';
import { parseDiffOutput } from './diff/output.ts';

export const diff = defineCommand({
  name: 'diff',
  usage: ['-f FILE'],
  description:
    'Show what apply would change, and change nothing: each object as it is and as it would be, then the steps that controllers would take, each with its cause. The exit code is 0 when nothing differs, 1 when something does, more than 1 for errors. KUBECTL_EXTERNAL_DIFF names another program than "diff -u -N", with its flags. With -o plan=FILE, apply --plan FILE does this and nothing else.',
  examples: [
    'tsmoby diff -f samples/quickstart',
    'cat web.yaml | tsmoby diff -f -',
    'tsmoby diff -f infra/ -o json',
    'tsmoby diff -f infra/ -o plan=infra.plan && tsmoby apply --plan infra.plan -f infra/',
    'KUBECTL_EXTERNAL_DIFF="colordiff -N -u" tsmoby diff -f web.yaml',
  ],
  flags: diffFlags,
  failureCode: 2,
  async run(call) {
    const { flags, args, given, io } = call;
    if (flags.filename.length === 0)
      throw new UsageError('must specify -f: a file, a directory, a URL, or - for standard input');
    if (args.length > 0) throw new UsageError(`unexpected argument "${args[0] ?? ''}": files are named with -f`);
    if (!flags['server-side']) throw new UsageError('--server-side=false: only server-side apply is there');
    if (flags.concurrency < 1) throw new UsageError('--concurrency must be at least 1');
    const output = parseDiffOutput(flags.output);
    const session = await call.session();
    const { loadManifests } = await import('../manifests/load.ts');
    const manifests = await loadManifests(flags, session, io, { namespaceGiven: given.has('namespace') });
    const { diffManifests } = await import('./diff/diff-manifests.ts');
    return await diffManifests(call, session, manifests, output);
  },
});
