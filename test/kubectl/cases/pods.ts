/** Pods as a view of Containers: what `kubectl` can do with nothing else. `%ARCHIVE%` is an image archive with busybox in it. */
import type { Case } from '../suite/case.ts';
import { watching } from './watching.ts';

const image =
  'apiVersion: tsmoby.dev/v1alpha1\nkind: Image\nmetadata: {name: busybox}\nspec: {reference: busybox, archive: {path: "%ARCHIVE%"}}\n';

/** A Container that runs a script, and ends at once when it is told to. */
const container = (name: string, script: string, more = ''): string => `---
apiVersion: tsmoby.dev/v1alpha1
kind: Container
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  image: busybox
  command: [sh, -c, ${JSON.stringify(script)}]
  terminationGracePeriodSeconds: 0
${more}`;

const idle = image + container('web', 'echo ready; exec sleep 1000');
const runs = { kubectl: 'wait pod/web --for=condition=Ready --timeout=60s', out: 'pod/web condition met' } as const;

export const podCases: readonly Case[] = [
  {
    title: 'nobody makes, changes or deletes a Pod, and is told what to write to instead',
    needs: ['tsmoby'],
    given:
      'apiVersion: tsmoby.dev/v1alpha1\nkind: Container\nmetadata: {name: web}\nspec: {image: nowhere.invalid/x}\n',
    steps: [
      {
        kubectl: 'run x --image=busybox',
        exit: 1,
        err: /MethodNotAllowed.*pods are a read-only view of containers\.tsmoby\.dev: write to containers\.tsmoby\.dev instead/,
      },
      { kubectl: 'delete pod web', exit: 1, err: /write to containers\.tsmoby\.dev instead/ },
      { kubectl: 'label pod web a=b', exit: 1, err: /write to containers\.tsmoby\.dev instead/ },
      { kubectl: 'get containers.tsmoby.dev web -o name', out: 'container.tsmoby.dev/web' },
    ],
  },
  {
    title: 'Pods are explained, and told of in discovery without verbs that write',
    needs: ['tsmoby'],
    steps: [
      { kubectl: 'explain pod', out: [/^KIND: +Pod$/m, /^VERSION: +v1$/m, /^ {2}spec\t<\w+>/m] },
      { kubectl: 'explain pod.status.containerStatuses.state --recursive', out: [/terminated/, /exitCode\t<integer>/] },
      {
        kubectl: 'api-resources --api-group= --no-headers -o wide',
        out: /^pods +po +v1 +true +Pod +get,list,watch *$/m,
      },
      { kubectl: 'auth can-i list pods', out: 'yes' },
    ],
  },
  {
    title: 'get pods shows Containers in the columns of Pods, and no Pod among all',
    needs: ['tsmoby', 'containers'],
    given: idle,
    steps: [
      runs,
      {
        kubectl: 'get pods',
        out: [/^NAME +READY +STATUS +RESTARTS +AGE$/m, /^web +1\/1 +Running +0 +\d+s$/m],
      },
      { kubectl: 'get po -o wide', out: /^NAME .* IP +NODE +NOMINATED NODE +READINESS GATES$/m },
      { kubectl: 'get pods -l app=web -o name', out: 'pod/web' },
      { kubectl: 'get pods --field-selector=status.phase=Pending', err: /No resources found/ },
      {
        kubectl: 'get all -o name',
        out: 'container.tsmoby.dev/web\nimage.tsmoby.dev/busybox\nnetwork.tsmoby.dev/default',
      },
      {
        kubectl: 'get pod web -o jsonpath={.metadata.ownerReferences[0].kind}/{.spec.containers[0].name}',
        out: 'Container/web',
      },
    ],
  },
  {
    title: 'describe pod shows the container and the Events of the Container',
    needs: ['tsmoby', 'containers'],
    given: idle,
    steps: [
      runs,
      {
        kubectl: 'describe pod web',
        out: [/^Controlled By: +Container\/web$/m, /^ {4}State: +Running$/m, /^QoS Class: +BestEffort$/m],
        eventually: true,
      },
      {
        kubectl: 'describe pod web',
        out: /^Events:\n.*\n.*\n +Normal +Started +\S+ +container-controller +started/m,
        eventually: true,
      },
      { kubectl: 'events --for pod/web', out: /Normal +Started +Container\/web/, eventually: true },
    ],
  },
  {
    title: 'logs are told, followed to the end, cut, and with their times',
    needs: ['tsmoby', 'containers'],
    given: image + container('web', 'for i in 1 2 3; do echo line $i; sleep 0.3; done', '  restartPolicy: Never\n'),
    steps: [
      {
        kubectl: 'wait pod/web --for=jsonpath={.status.containerStatuses[0].containerID} --timeout=60s',
        eventually: true,
      },
      { kubectl: 'logs web -f', out: 'line 1\nline 2\nline 3', eventually: true },
      { kubectl: 'logs web -c web --tail=1', out: 'line 3' },
      { kubectl: 'logs -l app=web --prefix --tail=1', out: '[pod/web/web] line 3' },
      { kubectl: 'logs web --timestamps --tail=1', out: /^\d{4}-\d\d-\d\dT[\d:.]+Z line 3\n$/ },
      { kubectl: 'logs web --limit-bytes=4', out: 'line' },
      { kubectl: 'logs web -c other', exit: 1, err: /container other is not valid for pod web/ },
      { kubectl: 'logs web -p', exit: 1, err: /previous terminated container "web".*not found/ },
      { kubectl: 'logs nope', exit: 1, err: /pods "nope" not found/ },
    ],
  },
  {
    title: 'a run that has ended is Completed, and not Ready',
    needs: ['tsmoby', 'containers'],
    given: image + container('web', 'exit 0', '  restartPolicy: Never\n'),
    steps: [
      { kubectl: 'wait pod/web --for=jsonpath={.status.phase}=Succeeded --timeout=60s', out: /condition met/ },
      { kubectl: 'get pods', out: /^web +0\/1 +Completed +0 +\d+s$/m },
    ],
  },
  {
    title: 'exec runs a command, passes stdin, output and exit code on, and says what cannot be run',
    needs: ['tsmoby', 'containers'],
    given: idle,
    steps: [
      runs,
      { kubectl: 'exec web -- echo hello', out: 'hello' },
      { kubectl: 'exec web -c web -- sh -c "echo out; echo err >&2; exit 3"', exit: 3, out: 'out', err: /^err\n/ },
      { kubectl: 'exec -i web -- cat', input: 'one\ntwo\n', out: 'one\ntwo' },
      { kubectl: 'exec web -- nope', exit: 1, err: /nope/ },
      { kubectl: 'exec web -c other -- true', exit: 1, err: /container (name )?"?other"?/ },
    ],
  },
  {
    title: 'attach shows what the process says',
    needs: ['tsmoby', 'containers'],
    given: image + container('web', 'while read line; do echo got $line; done', '  stdin: true\n  stdinOnce: true\n'),
    steps: [runs, { kubectl: 'attach -i web', input: 'hello\n', out: /got hello/, err: /.*/ }],
  },
  {
    title: 'cp brings files in and out',
    needs: ['tsmoby', 'containers'],
    given: idle,
    files: { 'in.txt': 'some text\n' },
    steps: [
      runs,
      { kubectl: 'cp in.txt web:/tmp/there.txt' },
      { kubectl: 'exec web -- cat /tmp/there.txt', out: 'some text' },
      { kubectl: 'cp web:/tmp/there.txt out.txt', out: /.*/, err: /.*/ },
      { kubectl: 'create cm copied --from-file=out.txt', out: 'configmap/copied created' },
      { kubectl: 'get cm copied -o json', json: { data: { 'out.txt': 'some text\n' } } },
    ],
  },
  {
    title: 'port-forward leads to ports inside, many connections at once',
    needs: ['tsmoby', 'containers'],
    given: image + container('web', 'mkdir /w; echo inside > /w/index.html; exec httpd -f -p 127.0.0.1:8000 -h /w'),
    steps: [
      runs,
      {
        kubectl: 'port-forward pod/web :8000',
        ready: /Forwarding from 127\.0\.0\.1:(\d+) -> 8000/,
        meanwhile: Array.from({ length: 3 }, () => ({ fetch: 'http://127.0.0.1:%READY%/', out: 'inside' })),
        until: /Handling connection/,
      },
    ],
  },
  {
    title: 'a wait for the end of a Pod sees the Container go',
    needs: ['tsmoby', 'containers'],
    given: idle,
    steps: [
      runs,
      {
        kubectl: 'wait pod/web --for=delete --timeout=60s -v=6',
        ...watching,
        meanwhile: [{ kubectl: 'delete container web --wait=false', out: /deleted/ }],
        out: 'pod/web condition met',
      },
      { kubectl: 'get pods', err: /No resources found/, eventually: true },
    ],
  },
];
