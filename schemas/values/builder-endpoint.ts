/** Where a BuildKit answers, as `spec.endpoint` and `status.endpoint` of a Builder write it, and the certificates for one that is reached by TCP. */

import type { Builder, Secret } from '../gen/types.ts';

/** The namespace of what belongs to no other one: the Secrets of Builders, and what a managed builder runs in. */
export const SYSTEM_NAMESPACE = 'tsmoby-system';

/** PEM texts. */
export interface EndpointTls {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name in the server's certificate; default is the host. */
  readonly serverName?: string;
}

export type ParsedEndpoint =
  /** buildkitd's socket, absolute path. */
  | { readonly type: 'unix'; readonly path: string }
  /** buildkitd over TCP. */
  | { readonly type: 'tcp'; readonly host: string; readonly port: number; readonly tls?: EndpointTls }
  /** dockerd's socket, absolute path. */
  | { readonly type: 'docker'; readonly path: string };

/** What is wrong: the URL, what is in the Secret with the certificates, or that there is none. */
export type EndpointFault = 'Url' | 'Secret' | 'SecretNotFound';

/** Not the URL of an endpoint, or no certificates for it; the message says what is wrong, never what is in a Secret. */
export class BuilderEndpointError extends Error {
  override readonly name = 'BuilderEndpointError';
  readonly fault: EndpointFault;
  constructor(fault: EndpointFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

const SOCKET = /^(unix|docker):\/\/(\/.*)$/s;
const TCP = /^tcp:\/\/(?:\[([^\]/]+)\]|([^/:[\]]+)):(\d{1,5})$/;

/** Reads `unix:///path`, `docker:///path` and `tcp://host:port`. Throws BuilderEndpointError. */
export function parseBuilderEndpoint(url: string): ParsedEndpoint {
  const [, type, path] = SOCKET.exec(url) ?? [];
  if (path !== undefined && !path.includes('\0')) return { type: type === 'unix' ? 'unix' : 'docker', path };
  const [, bracketed, plain, digits] = TCP.exec(url) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host !== undefined && port > 0 && port < 65_536) return { type: 'tcp', host, port };
  throw new BuilderEndpointError(
    'Url',
    `${JSON.stringify(url)} is no endpoint: write unix:///run/buildkit/buildkitd.sock, docker:///var/run/docker.sock or tcp://host:1234`,
  );
}

/** The other way round; certificates are not part of it. */
export function formatBuilderEndpoint(endpoint: ParsedEndpoint): string {
  if (endpoint.type !== 'tcp') return `${endpoint.type}://${endpoint.path}`;
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  return `tcp://${host}:${endpoint.port}`;
}

/** Name of the Secret, of SYSTEM_NAMESPACE, with the certificates of a Builder; undefined: it wants none. */
export const tlsSecretOf = ({ spec }: Pick<Builder, 'spec'>): string | undefined => spec.tls?.secretRef.name;

/**
 * The endpoint of a Builder that is at `url`, with its certificates. `secretOf` gives the Secret of SYSTEM_NAMESPACE with a name. Throws
 * BuilderEndpointError.
 */
export function endpointOfBuilder(
  { spec }: Pick<Builder, 'spec'>,
  url: string,
  secretOf: (name: string) => Pick<Secret, 'data'> | undefined,
): ParsedEndpoint {
  const endpoint = parseBuilderEndpoint(url);
  const name = tlsSecretOf({ spec });
  if (endpoint.type !== 'tcp' || name === undefined) return endpoint;
  const where = `Secret ${SYSTEM_NAMESPACE}/${name}`;
  const secret = secretOf(name);
  if (secret === undefined)
    throw new BuilderEndpointError('SecretNotFound', `${where} is not there: its ca.crt is needed`);
  const { serverName } = spec.tls ?? {};
  return {
    ...endpoint,
    tls: { ...certificatesIn(secret.data ?? {}, where), ...(serverName === undefined ? {} : { serverName }) },
  };
}

function certificatesIn(data: Readonly<Record<string, string>>, where: string): EndpointTls {
  const [ca, cert, key] = ['ca.crt', 'tls.crt', 'tls.key'].map((name) => pem(data, name, where));
  if (ca === undefined) throw new BuilderEndpointError('Secret', `${where}: it has no key ca.crt`);
  if ((cert === undefined) !== (key === undefined)) {
    const half = cert === undefined ? 'tls.key' : 'tls.crt';
    throw new BuilderEndpointError('Secret', `${where}: it has ${half}, and not the other half`);
  }
  return { ca, ...(cert === undefined || key === undefined ? {} : { cert, key }) };
}

function pem(data: Readonly<Record<string, string>>, name: string, where: string): string | undefined {
  if (!Object.hasOwn(data, name)) return undefined;
  const text = Buffer.from(data[name] ?? '', 'base64').toString('utf8');
  if (text.includes('-----BEGIN ')) return text;
  throw new BuilderEndpointError('Secret', `${where}: its key ${name} holds no PEM`);
}
