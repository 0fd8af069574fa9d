import type { Status } from '../../../schemas/object.ts';

/** What the last message says of a process that ended by itself; as a kubelet says it. */
export function exitStatus({ exitCode }: { readonly exitCode: number }): Status {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {} } as const;
  if (exitCode === 0) return { ...status, status: 'Success' };
  const message = String(exitCode);
  return {
    ...status,
    status: 'Failure',
    message: `command terminated with non-zero exit code: ${message}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message }] },
  };
}
