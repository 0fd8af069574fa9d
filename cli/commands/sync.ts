import { connectionFlags } from '../connect/flags.ts';
import { UsageError } from '../errors.ts';
import type { Flags } from '../flags/flags.ts';
import { actionNamed } from './sync/actions.ts';
import { defineCommand } from './command.ts';

export const syncFlags = {
  ...connectionFlags,
  name: { type: 'text', value: 'NAME', help: 'Its name. Default: that of the directory or repository.' },
  path: { type: 'text', value: 'DIR', help: 'The directory in the source with the manifests. Default: all of it.' },
  branch: { type: 'text', value: 'NAME', help: 'git: follow this branch. Default: that of its HEAD.' },
  tag: { type: 'text', value: 'NAME', help: 'git: this tag.' },
  semver: { type: 'text', value: 'RANGE', help: 'git and oci: the highest tag in this range (~1.4, ">=1 <2").' },
  commit: { type: 'text', value: 'ID', help: 'git: this commit.' },
  secret: { type: 'text', value: 'NAME', help: 'git and oci: the Secret with credentials.' },
  interval: { type: 'text', value: 'TIME', help: 'How often the source is asked (30s, 10m; 0: never). Default: 1m.' },
  'target-namespace': { type: 'text', value: 'NAME', help: 'For objects that name no namespace. Default: its own.' },
  prune: { type: 'boolean', default: true, help: 'Delete what the files had and have no more.' },
  'on-failure': {
    type: 'text',
    value: 'WHAT',
    choices: ['Retry', 'Revert'],
    help: 'Revert: apply the last healthy revision again when one fails. Default: Retry.',
  },
  'deletion-policy': {
    type: 'text',
    value: 'WHAT',
    choices: ['Prune', 'Orphan'],
    help: 'What becomes of the objects when the Sync is deleted. Default: Prune.',
  },
  wait: { type: 'boolean', default: true, help: 'Wait until it is ready; of approve and resume, too.' },
  watch: { type: 'boolean', short: 'w', help: 'status: wait until it is ready.' },
  timeout: {
    type: 'duration',
    value: 'TIME',
    default: 300_000,
    help: 'Give up waiting after this time; 0 never does.',
  },
  'all-namespaces': { type: 'boolean', short: 'A', help: 'list: those of all namespaces.' },
  output: { type: 'text', short: 'o', value: 'FORMAT', help: 'list, status, diff: json or yaml.' },
} as const satisfies Flags;

export const sync = defineCommand({
  name: 'sync',
  usage: [
    'DIR|GIT-URL|oci://REFERENCE',
    'list',
    'status NAME',
    'history NAME',
    'diff NAME',
    'reconcile NAME…',
    'suspend NAME…',
    'resume NAME…',
    'approve NAME',
  ],
  description:
    'Follow a directory, a repository or an artifact of manifests: what is in it is applied, now and whenever it changes, and what was taken out of it is deleted. diff shows what the next application would change, with the exit codes of tsmoby diff. A directory with the name of an action is written with ./ in front.',
  examples: [
    'tsmoby sync ./infra',
    'tsmoby sync https://example.com/team/infra.git --branch=main --path=prod --on-failure=Revert',
    'tsmoby sync oci://registry.example.com/infra --semver=1.x --secret=registry',
    'tsmoby sync list -A',
    'tsmoby sync status infra',
    'tsmoby sync diff infra',
    'tsmoby sync reconcile infra',
    'tsmoby sync approve infra',
    'tsmoby delete sync/infra',
  ],
  flags: syncFlags,
  // of diff, 1 means that something differs
  failureCode: ([word]) => (word === 'diff' ? 2 : 1),
  async run(call) {
    const [word, ...names] = call.args;
    if (word === undefined) throw new UsageError('you must say what to follow, or what to do: tsmoby sync ./DIR');
    const action = actionNamed(word);
    if (action !== undefined) {
      const run = await action();
      return await run({ ...call, args: names });
    }
    const { followPlace } = await import('./sync/follow-place.ts');
    return await followPlace(call);
  },
});
