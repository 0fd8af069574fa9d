/** Short ways to write the steps of a probe. */
import type { JsonObject, JsonValue } from '../../../../schemas/object.ts';
import type { Step } from '../probe.ts';

export const CONFIG_MAPS = '/api/v1/namespaces/{ns}/configmaps';
export const SECRETS = '/api/v1/namespaces/{ns}/secrets';
export const GADGETS = '/apis/test.tsmoby.dev/v1/namespaces/{ns}/gadgets';

export const get = (path: string, more: Partial<Step> = {}): Step => ({ verb: 'GET', path, ...more });
export const post = (path: string, body: JsonValue, more: Partial<Step> = {}): Step => ({
  verb: 'POST',
  path,
  body,
  ...more,
});
export const put = (path: string, body: JsonValue, more: Partial<Step> = {}): Step => ({
  verb: 'PUT',
  path,
  body,
  ...more,
});
export const patch = (type: string, path: string, body: JsonValue, more: Partial<Step> = {}): Step => ({
  verb: 'PATCH',
  path,
  type,
  body,
  ...more,
});
export const remove = (path: string, body?: JsonValue, more: Partial<Step> = {}): Step => ({
  verb: 'DELETE',
  path,
  ...(body === undefined ? {} : { body }),
  ...more,
});
export const wait = (seconds: number): Step => ({ verb: 'WAIT', seconds });

/** Server-side apply by a manager. */
export const apply = (manager: string, path: string, body: JsonValue, query = ''): Step =>
  patch('apply', `${path}?fieldManager=${manager}${query}`, body);

export const configMap = (parts: JsonObject = {}, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'x', ...metadata },
  ...parts,
});
export const secret = (parts: JsonObject = {}, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'x', ...metadata },
  ...parts,
});
export const gadget = (spec?: JsonObject, metadata: JsonObject = {}, parts: JsonObject = {}): JsonObject => ({
  apiVersion: 'test.tsmoby.dev/v1',
  kind: 'Gadget',
  metadata: { name: 'x', ...metadata },
  ...(spec === undefined ? {} : { spec }),
  ...parts,
});
export const namespace = (name: string, metadata: JsonObject = {}, parts: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, ...metadata },
  ...parts,
});
