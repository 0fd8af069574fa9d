import { progressFlag } from '../../builds/progress-flag.ts';
import { connectionFlags } from '../../connect/flags.ts';
import type { Flags, FlagValues } from '../../flags/flags.ts';

/** Flags of `build`: docker buildx's, and our own. */
export const buildFlags = {
  ...connectionFlags,
  file: {
    type: 'texts',
    short: 'f',
    value: 'FILE',
    help: 'With PATH: the Dockerfile, or - for standard input; default PATH/Dockerfile. Without PATH: manifests with Builds.',
  },
  tag: {
    type: 'texts',
    short: 't',
    value: 'REFERENCE',
    help: 'What Containers of the namespace call the image; with --push also where it goes, and then several may be given.',
  },
  name: { type: 'text', value: 'NAME', help: 'Of the Build object. Default: from -t, else that of the directory.' },
  target: { type: 'text', value: 'STAGE', help: 'The stage to build.' },
  'build-arg': {
    type: 'texts',
    value: 'NAME[=VALUE]',
    help: 'Value of an ARG; without =VALUE that of the environment.',
  },
  'build-context': {
    type: 'texts',
    value: 'NAME=SOURCE',
    help: 'A further context: a directory, a URL, docker-image://, oci-layout://.',
  },
  label: { type: 'texts', value: 'NAME=VALUE', help: 'A label of the image.' },
  platform: { type: 'texts', value: 'OS/ARCH', commas: true, help: 'What it is built for.' },
  secret: {
    type: 'texts',
    value: 'id=ID,src=FILE',
    help: 'What RUN --mount=type=secret sees; also id=ID,env=VARIABLE.',
  },
  ssh: {
    type: 'texts',
    value: 'ID[=PATH]',
    help: 'What RUN --mount=type=ssh talks to: the agent of $SSH_AUTH_SOCK, a socket, or a key.',
  },
  'no-cache': { type: 'boolean', help: 'Run every step.' },
  'no-cache-filter': { type: 'texts', value: 'STAGE', commas: true, help: 'Run every step of these stages.' },
  pull: { type: 'boolean', help: 'Ask the registries for base images.' },
  push: { type: 'boolean', help: 'Push it to where -t says, too.' },
  load: {
    type: 'boolean',
    help: 'Keep the image on this machine, also with --output. That is what happens without --output.',
  },
  output: {
    type: 'texts',
    short: 'o',
    value: 'OUTPUT',
    help: 'type=local,dest=DIR (or just DIR), type=tar,dest=FILE, type=oci,dest=FILE, type=registry, type=image.',
  },
  'cache-from': { type: 'texts', value: 'SOURCE', help: 'REFERENCE, type=registry,ref=…, type=local,src=DIR.' },
  'cache-to': {
    type: 'texts',
    value: 'TARGET',
    help: 'type=inline, type=registry,ref=…[,mode=max], type=local,dest=DIR.',
  },
  network: {
    type: 'text',
    value: 'MODE',
    choices: ['default', 'none', 'host'],
    default: 'default',
    help: 'Of RUN steps.',
  },
  'add-host': { type: 'texts', value: 'NAME:IP', help: 'A line for /etc/hosts in RUN steps.' },
  ulimit: { type: 'texts', value: 'NAME=SOFT[:HARD]', help: 'A limit of the processes of RUN steps.' },
  'shm-size': { type: 'text', value: 'SIZE', help: 'Of /dev/shm in RUN steps.' },
  allow: {
    type: 'texts',
    value: 'ENTITLEMENT',
    commas: true,
    help: 'network.host, security.insecure; the daemon must allow it.',
  },
  sbom: { type: 'text', value: 'true|false', bare: 'true', help: 'Store what is in the image beside it.' },
  provenance: { type: 'text', value: 'true|mode=max', bare: 'true', help: 'Store how it was made beside it.' },
  builder: { type: 'text', value: 'NAME', help: 'The Builder that does it. Default: default.' },
  progress: progressFlag,
  quiet: { type: 'boolean', short: 'q', help: 'Nothing but the digest, at the end.' },
  rm: { type: 'boolean', help: 'Delete the Build afterwards, and the image with it: for --push and --output.' },
} as const satisfies Flags;

export type BuildFlags = FlagValues<typeof buildFlags>;
