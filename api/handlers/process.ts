import type { ApiRequest } from '../pipeline/request.ts';
import type { ApiResponse } from '../pipeline/response.ts';
import { CHANNEL_PROTOCOLS, chooseChannelProtocol, type ChannelProtocol } from '../pipeline/upgrade.ts';
import type { AttachQuery, RemoteProcess } from '../registry/remote-process.ts';
import { neverStarted } from '../registry/never-started.ts';
import { badRequest, StatusError } from '../status-error.ts';
import { flag } from './options.ts';

const STREAMS = ['stdin', 'stdout', 'stderr'] as const;

/** What PodExecOptions and PodAttachOptions have in common. Refuses when no stream at all is wanted. */
export function parseStreams({ parameters }: ApiRequest): AttachQuery {
  const isSilent = STREAMS.every((name) => parameters[name] === undefined);
  const [stdin, stdout, stderr] = STREAMS.map((name) => flag(parameters, name) ?? (isSilent && name !== 'stdin'));
  const tty = flag(parameters, 'tty') ?? false;
  if (!stdin && !stdout && !stderr) throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  const { container } = parameters;
  return {
    ...(container ? { container } : {}),
    stdin: stdin ?? false,
    stdout: stdout ?? false,
    // A terminal has one stream of output.
    stderr: stderr === true && !tty,
    tty,
  };
}

/** How the caller and the process are going to talk. Refuses, before there is a process, who cannot do it in any way that is known here. */
export function negotiateChannels({ upgrade }: ApiRequest): ChannelProtocol {
  if (upgrade?.to.startsWith('spdy/')) {
    throw badRequest('this server speaks WebSocket, not SPDY: kubectl 1.31 or newer does, too');
  }
  if (upgrade?.to !== 'websocket') throw badRequest('Upgrade request required');
  const protocol = chooseChannelProtocol(upgrade.subprotocols);
  if (protocol !== undefined) return protocol;
  const served = CHANNEL_PROTOCOLS.filter((name) => name !== '').join(', ');
  throw badRequest(
    `none of the offered subprotocols is served (${upgrade.subprotocols.join(', ').slice(0, 200)}): these are ${served}`,
  );
}

/**
 * Starts or joins a process. An object that is not there is a plain 404. What else goes wrong is told over the connection, as by a
 * kubelet behind a real server: kubectl takes every plain refusal for a server that knows no WebSocket, and tries another way, which then
 * hides the reason.
 */
export async function talkTo(
  query: AttachQuery,
  protocol: ChannelProtocol,
  open: () => Promise<RemoteProcess>,
): Promise<ApiResponse> {
  return { type: 'process', query, protocol, process: await open().catch(refused) };
}

function refused(error: unknown): RemoteProcess {
  if (error instanceof StatusError && error.status.reason !== 'NotFound') return neverStarted(error);
  throw error;
}
