import type { ApiContext } from '../context.ts';
import { jsonDocument, type DocumentResponse } from './document.ts';

/** The Kubernetes release whose API conventions we follow; kubectl warns beyond one minor version of skew. */
const KUBERNETES = { major: '1', minor: '33' };

/** GET /version: version.Info of apimachinery, all strings. */
export function version(context: ApiContext): DocumentResponse {
  return jsonDocument({
    ...KUBERNETES,
    gitVersion: `v${KUBERNETES.major}.${KUBERNETES.minor}.0+tsmoby-${context.version}`,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: `node ${process.version}`,
    compiler: 'v8',
    platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  });
}
