import { SSH } from '../../../proto/gen/buildkit/ssh_pb.ts';
import type { SshSource } from '../../ports/builders.ts';
import { StatusError, type ServerCall, type SessionMethods } from '../grpc/server.ts';
import { decodeBytesMessage, encodeBytesMessage } from './packets.ts';
import { connectAgent, keyAgent, splitMessages, type SshAgent } from './ssh-agent.ts';
import { sshString } from './ssh-wire.ts';
import { unary } from './unary.ts';

/**
 * Keys for steps that speak SSH, by id: signatures of an agent, never the keys. Each connection of a step to its agent's socket is a call. Throws
 * InvalidArgument for keys that cannot be used.
 */
export function ssh(sources: Readonly<Record<string, SshSource>>): SessionMethods {
  const agents = new Map(Object.entries(sources).map(([id, source]) => [id, opener(source)]));
  const find = (id: string): (() => Promise<SshAgent>) => {
    const agent = agents.get(id === '' ? 'default' : id);
    if (agent === undefined) throw new StatusError(5, `unset ssh forward key ${id}`);
    return agent;
  };
  return new Map([
    unary(SSH.method.checkAgent, ({ id }) => {
      find(id);
      return {};
    }),
    [
      '/moby.sshforward.v1.SSH/ForwardAgent',
      async (call) => await forward(call, find(call.header('buildkit.ssh.id')[0] ?? '')),
    ],
  ]);
}

function opener(source: SshSource): () => Promise<SshAgent> {
  if (source.type === 'agent') return () => connectAgent(source.socket);
  const agent = keyAgent(source.privateKeys);
  return () => Promise.resolve(agent);
}

async function forward(call: ServerCall, open: () => Promise<SshAgent>): Promise<void> {
  using agent = await open().catch((cause: unknown) => {
    throw new StatusError(14, `the ssh agent does not answer: ${cause instanceof Error ? cause.message : ''}`, {
      cause,
    });
  });
  const gone = (): void => agent[Symbol.dispose]();
  call.signal.addEventListener('abort', gone, { once: true });
  try {
    for await (const message of splitMessages(bytesOf(call))) {
      await call.send(encodeBytesMessage(sshString(await agent.answer(message))));
    }
  } finally {
    call.signal.removeEventListener('abort', gone);
  }
}

async function* bytesOf(call: ServerCall): AsyncGenerator<Uint8Array> {
  for await (const message of call.messages) yield decodeBytesMessage(message);
}
