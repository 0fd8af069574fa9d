/** Manifests of jobs; their image lies beside them as `busybox.tar`. */

const TSMOBY = 'apiVersion: tsmoby.dev/v1alpha1';

export const IMAGE = `${TSMOBY}
kind: Image
metadata: { name: busybox }
spec: { reference: busybox, archive: { path: busybox.tar } }
`;

/** Serves `/index.html` with the value of WHO on a port of the machine that all copies ask for. */
export const WEB = `${TSMOBY}
kind: Container
metadata: { name: web }
spec:
  image: busybox
  terminationGracePeriodSeconds: 0
  command: [sh, -c, 'mkdir /www; echo hello \${WHO} > /www/index.html; exec httpd -f -p 8080 -h /www']
  ports: [{ name: http, containerPort: 8080, hostPort: 18099 }]
  readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 }
`;

/** Runs once. */
export const once = (name: string, script: string): string => `${TSMOBY}
kind: Container
metadata: { name: ${name} }
spec:
  image: busybox
  restartPolicy: Never
  terminationGracePeriodSeconds: 0
  command: [sh, -c, ${JSON.stringify(script)}]
`;

/** Runs until it is ended. */
export const SLEEPER = `${TSMOBY}
kind: Container
metadata: { name: sleeper }
spec: { image: busybox, command: [sleep, '3600'], terminationGracePeriodSeconds: 0 }
`;
