import type { Flags, FlagValues } from '../flags/flags.ts';

/** Flags of every command that talks to the server. */
export const connectionFlags = {
  server: {
    type: 'text',
    short: 's',
    value: 'URL',
    help: 'Where the daemon is: unix:///path, https://host:port. Default: $TSMOBY_HOST, else the socket in the run directory.',
  },
  kubeconfig: {
    type: 'text',
    value: 'FILE',
    help: 'Take server and credentials from this kubeconfig. Default: $TSMOBY_KUBECONFIG.',
  },
  context: { type: 'text', value: 'NAME', help: 'The context of the kubeconfig to use.' },
  namespace: { type: 'text', short: 'n', value: 'NAME', help: 'Namespace of the objects. Default: default.' },
  'request-timeout': {
    type: 'duration',
    value: 'TIME',
    default: 0,
    help: 'Give up a single request after this time (1s, 2m); 0 waits as long as it takes.',
  },
} as const satisfies Flags;

export type ConnectionValues = FlagValues<typeof connectionFlags>;
