/** What users of the library import: `connect` and what it gives, the Client port, its HTTP implementation, and the shapes of objects. */
export { connect, Environment } from './connect.ts';
export type { ConnectOptions, Tsmoby } from './connect.ts';
export type { EnvironmentOptions } from './environment/environment.ts';
export type { PublishedPort } from './environment/ports.ts';
export { TearDownError } from './environment/tear-down.ts';
export { NotReadyError, Space } from './space/space.ts';
export type { ReadyOptions } from './space/space.ts';
export type { LogOptions } from './space/logs.ts';
export type { ExecOptions, ExecResult } from './space/processes.ts';
export { ApiError, isReason } from './client.ts';
export type {
  ApplyOptions,
  CallOptions,
  Client,
  DeleteOptions,
  List,
  ListOptions,
  PatchOptions,
  WatchEvent,
  WatchOptions,
  WriteCallOptions,
} from './client.ts';
export { createHttpClient } from './http.ts';
export type { HttpClient, HttpClientOptions } from './http.ts';
export type { RemoteCommand } from './remote/remote-command.ts';
export type { Connection } from './http-transport.ts';
export { KubeconfigError, readKubeconfig } from './kubeconfig.ts';
export type { KubeconfigContext } from './kubeconfig.ts';
export type {
  Condition,
  JsonObject,
  JsonValue,
  KindRef,
  KubeObject,
  ObjectInput,
  ObjectMeta,
  ObjectRef,
  OwnerReference,
  Status,
} from '../schemas/object.ts';
export type * from '../schemas/gen/types.ts';
