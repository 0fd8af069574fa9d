import { RuntimeError } from '../../errors.ts';
import type { ExecRequest, InstanceUser } from '../../ports/containers.ts';
import type { OciCapabilities, OciProcess } from '../spec/oci.ts';

/** The same as in the spec's package for whole documents; containerd knows a process under this name. [S] */
export const PROCESS_TYPE = 'types.containerd.io/opencontainers/runtime-spec/1/Process';

/** What a terminal is called where nobody says: as a kubelet does. */
const TERM = 'xterm';

/**
 * JSON bytes of a further process: the instance's own with what the request changes. The seccomp profile needs no word here: runc takes
 * the container's. Rejects with InvalidArgument what no runtime could run.
 */
export function execProcessSpec(own: OciProcess, request: ExecRequest): Uint8Array {
  const { args, cwd, terminal } = request;
  const env = merged(own.env, request.env ?? [], terminal);
  if (args.length === 0 || args[0] === '') throw new RuntimeError('InvalidArgument', 'there is no command to run');
  if ([...args, ...env, cwd ?? ''].some((text) => text.includes('\0'))) {
    throw new RuntimeError('InvalidArgument', 'command, environment and working directory cannot hold NUL bytes');
  }
  const process: OciProcess = {
    ...own,
    terminal,
    args,
    env,
    ...(cwd === undefined ? {} : { cwd }),
    ...(request.user === undefined ? {} : asUser(own, request.user)),
  };
  return Buffer.from(JSON.stringify(process));
}

/** Another user holds what execve(2) would leave him: all of the bounding set as root, nothing else. */
function asUser(own: OciProcess, user: InstanceUser): Pick<OciProcess, 'user' | 'capabilities'> {
  const { bounding } = own.capabilities;
  const held = user.uid === 0 ? bounding : [];
  const capabilities: OciCapabilities = { ...own.capabilities, effective: held, permitted: held };
  return { user, capabilities };
}

function merged(own: readonly string[], more: readonly string[], terminal: boolean): readonly string[] {
  const variables = new Map([...own, ...more].map((entry) => [entry.split('=', 1)[0] ?? '', entry]));
  if (terminal && !variables.has('TERM')) variables.set('TERM', `TERM=${TERM}`);
  return [...variables.values()];
}
