import { progressMode } from '../builds/progress-flag.ts';
import { connectionFlags } from '../connect/flags.ts';
import { UsageError } from '../errors.ts';
import type { AppliedBuild } from './build/applied-build.ts';
import { buildFlags } from './build/flags.ts';
import { defineCommand } from './command.ts';

/** Those that go together with manifests; all others say what stands in them. */
const OF_ALL = new Set([...Object.keys(connectionFlags), 'file', 'progress', 'quiet', 'rm']);

export const build = defineCommand({
  name: 'build',
  usage: ['PATH', 'URL', '-', '-f FILE'],
  description:
    'Build an image, and see how it goes. PATH is a directory, URL a git repository (URL#REF:DIRECTORY) or a tar archive, - a Dockerfile on standard input: a Build object is made of it, which is built again when it is typed again and something changed. -f FILE alone applies the Builds of manifests, and what they refer to. Ctrl-C cancels the build.',
  examples: [
    'tsmoby build . -t app:dev',
    'tsmoby build . -t app:dev -f docker/Dockerfile --build-arg VERSION=2 --target release',
    'tsmoby build . -t registry.example.com/team/app:1.4 --push --rm',
    'tsmoby build . --output type=local,dest=out --secret id=token,env=TOKEN',
    'tsmoby build https://git.example.com/app.git#main:server',
    'tsmoby build -f build.yaml',
  ],
  flags: buildFlags,
  async run(call) {
    const { flags, args, given, io } = call;
    const [place, another] = args;
    if (another !== undefined) throw new UsageError(`one PATH is enough: "${another}"`);
    if (place === undefined && flags.file.length === 0)
      throw new UsageError('what is to be built? Name a directory: tsmoby build . or manifests: tsmoby build -f FILE');
    const strange = place === undefined ? [...given].find((flag) => !OF_ALL.has(flag)) : undefined;
    if (strange !== undefined)
      throw new UsageError(`--${strange} goes together with a PATH: without one, the manifests of -f say everything`);
    const mode = flags.quiet ? 'none' : progressMode(flags.progress, io.stderr);
    const session = await call.session();
    const { applyBuilds } = await import('./build/apply-builds.ts');
    const { buildOne } = await import('./build/build-one.ts');
    const { removeBuilds } = await import('./build/remove-builds.ts');
    const force = flags['no-cache'] || flags.pull;
    const applied: AppliedBuild[] = [];
    let worst = 0;
    try {
      for await (const one of applyBuilds(place, call, session)) applied.push(one);
      for (const one of applied) {
        const code = await buildOne(one, session, io, { mode, quiet: flags.quiet, force, remove: flags.rm });
        worst = Math.max(worst, code);
        if (code > 1) break;
      }
    } finally {
      // one may be built from another, so none goes before all are built
      if (flags.rm && !(await removeBuilds(applied, session, io))) worst = Math.max(worst, 1);
    }
    return worst;
  },
});
