import type { ApiServer } from '../../api/server.ts';

/** The store's identity: the uid of namespace kube-system, made with it and never changed. */
export function identityOf(server: Pick<ApiServer, 'kind'>): string {
  const uid = server.kind('', 'namespaces')?.cache.get('', 'kube-system')?.uid;
  if (uid === undefined) throw new Error('the store has no namespace kube-system');
  return uid;
}
