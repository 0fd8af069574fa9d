/** Which kinds a server serves, by discovery: needed for kinds that are not in our own table. */
import { ApiError } from '../../client/client.ts';
import type { HttpClient } from '../../client/http.ts';
import { parseApiVersion } from '../../schemas/kinds.ts';
import type { JsonValue } from '../../schemas/object.ts';
import { isList, isObject } from '../../schemas/structural/own.ts';
import type { KindInfo } from './directory.ts';

/** All kinds of all groups, core first, of each group's preferred version. */
export async function discoverKinds(client: HttpClient): Promise<readonly KindInfo[]> {
  const groups = member(await client.raw('/apis'), 'groups').flatMap((group) => {
    const preferred = isObject(group) ? group['preferredVersion'] : undefined;
    return isObject(preferred) && typeof preferred['groupVersion'] === 'string' ? [preferred['groupVersion']] : [];
  });
  const lists = await Promise.all(['v1', ...groups].map((groupVersion) => kindsOf(client, groupVersion)));
  return lists.flat();
}

async function kindsOf(client: HttpClient, groupVersion: string): Promise<readonly KindInfo[]> {
  const at = parseApiVersion(groupVersion);
  if (at === undefined) return [];
  const path = at.group === '' ? `/api/${at.version}` : `/apis/${at.group}/${at.version}`;
  try {
    return member(await client.raw(path), 'resources').flatMap((row) => kindOf(row, at));
  } catch (error) {
    // a group whose server is away must not hide the others
    if (error instanceof ApiError && (error.code === 404 || error.code === 503)) return [];
    throw error;
  }
}

function kindOf(row: JsonValue, at: { readonly group: string; readonly version: string }): readonly KindInfo[] {
  if (!isObject(row)) return [];
  const { name, kind, singularName, namespaced } = row;
  if (typeof name !== 'string' || typeof kind !== 'string' || name.includes('/')) return [];
  const singular = typeof singularName === 'string' && singularName !== '' ? singularName : kind.toLowerCase();
  return [
    {
      ...at,
      kind,
      singular,
      plural: name,
      listKind: `${kind}List`,
      scope: namespaced === true ? 'Namespaced' : 'Cluster',
      shortNames: texts(row['shortNames']),
      categories: texts(row['categories']),
      verbs: texts(row['verbs']),
    },
  ];
}

const member = (value: JsonValue, name: string): readonly JsonValue[] => {
  const list = isObject(value) ? value[name] : undefined;
  return isList(list) ? list : [];
};

const texts = (value: JsonValue | undefined): readonly string[] =>
  isList(value) ? value.filter((one) => typeof one === 'string') : [];
