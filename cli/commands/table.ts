import type { Command } from './command.ts';

/** A command before it is loaded: what the list of commands needs. */
export interface CommandEntry {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  load(): Promise<Command>;
}

/** Every command, in the order of `tsmoby --help`. Each is loaded when it is called, and no other. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: 'apply', summary: 'Make objects as files say', load: async () => (await import('./apply.ts')).apply },
  {
    name: 'diff',
    summary: 'Show what apply would change, and what that does',
    load: async () => (await import('./diff.ts')).diff,
  },
  { name: 'get', summary: 'Show objects', load: async () => (await import('./get.ts')).get },
  {
    name: 'describe',
    summary: 'Show one object in full: why it is what it is',
    load: async () => (await import('./describe.ts')).describe,
  },
  {
    name: 'convert',
    summary: 'Make manifests of a Compose file',
    load: async () => (await import('./convert.ts')).convert,
  },
  {
    name: 'sync',
    summary: 'Follow a directory or repository of manifests',
    load: async () => (await import('./sync.ts')).sync,
  },
  {
    name: 'build',
    summary: 'Build an image, and see how it goes',
    load: async () => (await import('./build.ts')).build,
  },
  {
    name: 'logs',
    aliases: ['log'],
    summary: "Show a container's output, or how a build went",
    load: async () => (await import('./logs.ts')).logs,
  },
  {
    name: 'exec',
    summary: 'Run a command in a container',
    load: async () => (await import('./exec.ts')).exec,
  },
  {
    name: 'attach',
    summary: "See, and talk to, a container's own process",
    load: async () => (await import('./attach.ts')).attach,
  },
  {
    name: 'port-forward',
    summary: 'Reach ports of a container from here',
    load: async () => (await import('./port-forward.ts')).portForward,
  },
  {
    name: 'cp',
    summary: 'Copy files into and out of a container',
    load: async () => (await import('./cp.ts')).cp,
  },
  { name: 'wait', summary: 'Wait until objects are as wanted', load: async () => (await import('./wait.ts')).wait },
  {
    name: 'rollout',
    summary: 'See changes of containers come along, and take them back',
    load: async () => (await import('./rollout.ts')).rollout,
  },
  {
    name: 'builder',
    summary: 'See builders and their caches, and make caches smaller',
    load: async () => (await import('./builder.ts')).builder,
  },
  {
    name: 'ci',
    summary: 'Run a command beside a copy of objects that goes away with it',
    load: async () => (await import('./ci.ts')).ci,
  },
  { name: 'delete', summary: 'Delete objects', load: async () => (await import('./delete.ts')).deleteCommand },
  { name: 'events', summary: 'Show what happened', load: async () => (await import('./events.ts')).events },
  {
    name: 'create',
    summary: 'Make objects that are not there yet',
    load: async () => (await import('./create.ts')).create,
  },
  {
    name: 'replace',
    summary: 'Put whole objects in place of those there',
    load: async () => (await import('./replace.ts')).replace,
  },
  { name: 'patch', summary: 'Change fields of an object', load: async () => (await import('./patch.ts')).patch },
  { name: 'label', summary: 'Set and remove labels', load: async () => (await import('./label.ts')).label },
  {
    name: 'annotate',
    summary: 'Set and remove annotations',
    load: async () => (await import('./annotate.ts')).annotate,
  },
  { name: 'explain', summary: 'Show what fields a kind has', load: async () => (await import('./explain.ts')).explain },
  {
    name: 'api-resources',
    summary: 'Show the kinds that the server knows',
    load: async () => (await import('./api-resources.ts')).apiResources,
  },
  { name: 'daemon', summary: 'Run the daemon', load: async () => (await import('./daemon.ts')).daemon },
  {
    name: 'completion',
    summary: 'Print completion for a shell',
    load: async () => (await import('./completion.ts')).completion,
  },
  { name: 'version', summary: 'Show versions', load: async () => (await import('./version.ts')).version },
];

/** By name or alias. */
export const findCommand = (name: string): CommandEntry | undefined =>
  COMMANDS.find((command) => command.name === name || command.aliases?.includes(name));
