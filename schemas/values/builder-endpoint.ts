/** Where a BuildKit answers, as `spec.endpoint` and `status.endpoint` of a Builder write it, and the certificates for one that is reached by TCP. */

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

/** Not the URL of an endpoint, or a Secret that has no certificates; the message says what is wrong, never what is in a Secret. */
export class BuilderEndpointError extends Error {
  override readonly name = 'BuilderEndpointError';
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
    `${JSON.stringify(url)} is no endpoint: write unix:///run/buildkit/buildkitd.sock, docker:///var/run/docker.sock or tcp://host:1234`,
  );
}

/** The other way round; certificates are not part of it. */
export function formatBuilderEndpoint(endpoint: ParsedEndpoint): string {
  if (endpoint.type !== 'tcp') return `${endpoint.type}://${endpoint.path}`;
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  return `tcp://${host}:${endpoint.port}`;
}

/** What `spec.tls` of a Builder says, with the `data` of its Secret (base64). */
export interface TlsSource {
  readonly serverName?: string;
  readonly data: Readonly<Record<string, string>>;
}

/** The endpoint with the certificates of its Secret. Throws BuilderEndpointError. */
export function builderEndpoint(url: string, tls?: TlsSource): ParsedEndpoint {
  const endpoint = parseBuilderEndpoint(url);
  return endpoint.type === 'tcp' && tls !== undefined ? { ...endpoint, tls: readTls(tls) } : endpoint;
}

function readTls({ data, serverName }: TlsSource): EndpointTls {
  const [ca, cert, key] = ['ca.crt', 'tls.crt', 'tls.key'].map((name) => pem(data, name));
  if (ca === undefined) throw new BuilderEndpointError('it has no key ca.crt');
  if ((cert === undefined) !== (key === undefined)) {
    throw new BuilderEndpointError(`it has ${cert === undefined ? 'tls.key' : 'tls.crt'}, and not the other half`);
  }
  return {
    ca,
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(serverName === undefined ? {} : { serverName }),
  };
}

function pem(data: Readonly<Record<string, string>>, name: string): string | undefined {
  if (!Object.hasOwn(data, name)) return undefined;
  const text = Buffer.from(data[name] ?? '', 'base64').toString('utf8');
  if (text.includes('-----BEGIN ')) return text;
  throw new BuilderEndpointError(`its key ${name} holds no PEM`);
}
