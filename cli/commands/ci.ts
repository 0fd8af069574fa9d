import { resolve } from 'node:path';
import { environmentNameProblem } from '../../client/environment/environment.ts';
import { ENVIRONMENT_FAILED } from '../ci/run-job.ts';
import { connectionFlags } from '../connect/flags.ts';
import { UsageError } from '../errors.ts';
import type { Flags } from '../flags/flags.ts';
import { fileFlags } from '../resources/flags.ts';
import { defineCommand } from './command.ts';

const { namespace: _namespace, ...reachFlags } = connectionFlags;

const ciFlags = {
  ...fileFlags,
  ...reachFlags,
  name: {
    type: 'text',
    short: 'n',
    value: 'NAME',
    default: 'ci',
    help: 'Begins the name of the namespace; five letters end it.',
  },
  set: {
    type: 'texts',
    value: 'VAR=VALUE',
    help: 'Put the value in place of ${VAR} in the manifests; VAR alone takes that of the environment. May be given several times.',
  },
  timeout: {
    type: 'duration',
    value: 'TIME',
    default: 300_000,
    help: 'Give up when the objects are not ready after this time (5m). The command may take as long as it takes.',
  },
  'exit-code-from': {
    type: 'text',
    value: 'CONTAINER',
    help: 'In place of a command: show what this Container writes, until it has ended, and end with its exit code.',
  },
  'keep-on-failure': { type: 'boolean', help: 'Leave everything running for a look when something failed.' },
  artifacts: {
    type: 'text',
    value: 'DIR',
    help: 'Where logs, events, objects and junit.xml go. Given, junit.xml is written also when all went well. Default: tsmoby-artifacts.',
  },
  private: { type: 'boolean', help: 'A daemon for this job alone, also where one runs.' },
} as const satisfies Flags;

export const ci = defineCommand({
  name: 'ci',
  usage: ['-f FILE -- COMMAND [ARGUMENT…]', '-f FILE --exit-code-from CONTAINER'],
  description:
    'Bring up a copy of all objects in a namespace of its own, with ports of its own, wait until they are ready, run a command beside them, and take everything away again. The exit code is that of the command; 125 when the copy did not come up. The command finds TSMOBY_PORT_NAME, TSMOBY_ADDRESS_NAME, TSMOBY_IP_NAME, TSMOBY_NAMESPACE and TSMOBY_HOST in its environment. Where no daemon runs, one runs for this job alone.',
  examples: [
    'tsmoby ci -f infra/ -- npm test',
    'tsmoby ci -f infra/ -n shop --set TAG=$CI_COMMIT_SHA --artifacts out -- npm test',
    'tsmoby ci -f infra/ --exit-code-from tests',
    "tsmoby ci -f infra/ -- sh -c 'curl http://$TSMOBY_ADDRESS_WEB'",
  ],
  flags: ciFlags,
  failureCode: ENVIRONMENT_FAILED,
  async run({ flags, args, rest, given, io }) {
    const [extra] = args.slice(0, args.length - rest.length);
    if (extra !== undefined)
      throw new UsageError(`unexpected argument "${extra}": files are named with -f, and the command stands behind --`);
    if (flags.filename.length === 0)
      throw new UsageError('must specify -f: a file, a directory, a URL, or - for standard input');
    const container = flags['exit-code-from'];
    const [program, ...words] = rest;
    if (program === undefined && container === undefined)
      throw new UsageError('there is nothing to run: write the command behind --, or --exit-code-from CONTAINER');
    if (program !== undefined && container !== undefined)
      throw new UsageError('a command and --exit-code-from exclude each other: only one can give the exit code');
    const problem = environmentNameProblem(flags.name);
    if (problem !== undefined) throw new UsageError(`--name: ${problem}`);
    const { runCi } = await import('../ci/run-ci.ts');
    return await runCi({
      flags,
      io,
      what:
        program === undefined
          ? { type: 'container', name: container ?? '' }
          : { type: 'command', words: [program, ...words] },
      artifacts: resolve(io.cwd, flags.artifacts ?? 'tsmoby-artifacts'),
      artifactsWanted: given.has('artifacts'),
    });
  },
});
