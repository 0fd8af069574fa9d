/** Holds a definition that is being deleted until all objects of its kind are gone; put there and taken away by the server. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';
