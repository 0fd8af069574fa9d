import { join } from 'node:path';
import type { BuilderPaths, ProgramPaths } from './paths.ts';

/**
 * buildkitd with its oci worker. Everything is in the file, since an older one refuses a flag that it does not know, but reads over a key. Steps that
 * ask for nothing are in the machine's network, as they are wherever no CNI configuration was made for buildkitd.
 */
export function buildkitdConfig(
  { run, cgroup }: BuilderPaths,
  { root, socket }: ProgramPaths,
  runc: string,
  entitlements: readonly string[],
): string {
  const text = JSON.stringify;
  return `root = ${text(root)}
insecure-entitlements = [${entitlements.map((one) => text(one)).join(', ')}]

[log]
  level = "warn"

[grpc]
  address = [${text(`unix://${socket}`)}]

[otel]
  socketPath = ${text(join(run, 'otel.sock'))}

[cdi]
  disabled = true

[worker.oci]
  enabled = true
  gc = true
  networkMode = "host"
  binary = ${text(runc)}
  defaultCgroupParent = ${text(cgroup)}

[worker.containerd]
  enabled = false
`;
}

export const buildkitdArguments = ({ words }: ProgramPaths): readonly string[] => words;
