/** deploy/: examples are read by those who will read them, and agree with themselves. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readServerConfig } from '../../src/server/config/read-server-config.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TO_JSON = 'import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.stdin))))';

function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Refuses what the server refuses or warns of. */
function readConfig(text: string, myid: string) {
  const readFile = (path: string) => Buffer.from(path.endsWith('myid') ? myid : text);
  const { config, warnings } = readServerConfig({ args: ['zoo.cfg'], env: {}, readFile });
  assert.deepEqual(warnings, []);
  return config;
}

// biome-ignore lint/suspicious/noExplicitAny: other people's format, of which a few fields matter.
type Manifest = any;

function readManifests(path: string): Manifest[] | string {
  for (const python of ['python3', '/usr/bin/python3']) {
    const words = ['-c', TO_JSON];
    const { status, stdout, stderr } = spawnSync(python, words, {
      input: readText(path),
      encoding: 'utf8',
    });
    if (status === 0) return JSON.parse(stdout);
    if (stderr?.includes('yaml.') === true) throw new Error(stderr);
  }
  return 'Python has no yaml.';
}

test('deploy: the StatefulSet → its configuration, names, ports and counts agree', (t) => {
  const manifests = readManifests('deploy/kubernetes/zooid.yaml');
  if (typeof manifests === 'string') return t.skip(manifests);
  const find = (kind: string, name = 'zooid') =>
    manifests.find((each) => each.kind === kind && each.metadata.name === name);
  const set = find('StatefulSet').spec;
  const [container] = set.template.spec.containers;
  const { data } = find('ConfigMap');
  for (let replica = 0; replica < set.replicas; replica++) {
    const config = readConfig(data['zoo.cfg'], String(replica + 1));
    assert.equal(config.ensemble.servers.length, set.replicas);
    const [address] = config.ensemble.servers[replica]?.addresses ?? [];
    assert.equal(address?.host, `zooid-${replica}.${set.serviceName}`);
    assert.equal(config.dataDir, container.volumeMounts[0].mountPath);
    const ports = container.ports.map(({ containerPort }: Manifest) => containerPort);
    const { clientPort, admin } = config;
    const wanted = [clientPort, address?.quorumPort, address?.electionPort, admin.port];
    assert.deepEqual(ports, wanted);
    assert.ok(admin.isEnabled && admin.address === '0.0.0.0', 'the probes ask there');
  }
  const headless = find('Service', set.serviceName).spec;
  assert.equal(headless.clusterIP, 'None');
  assert.equal(headless.publishNotReadyAddresses, true);
  const labels = set.template.metadata.labels;
  const selectors = [
    headless.selector,
    find('Service').spec.selector,
    find('PodDisruptionBudget').spec.selector.matchLabels,
    find('NetworkPolicy').spec.podSelector.matchLabels,
    set.selector.matchLabels,
  ];
  for (const selector of selectors) assert.deepEqual(selector, labels);
  assert.equal(set.volumeClaimTemplates[0].metadata.name, container.volumeMounts[0].name);
});

test('deploy: the image → what it copies is there, not root, its configuration is read', () => {
  const text = readText('deploy/container/Dockerfile').replaceAll('\\\n', ' ');
  const lines = text.split('\n');
  const sources = lines.flatMap((line) => {
    const words = line.split(/\s+/);
    return words[0] === 'COPY' && !words[1]?.startsWith('--from') ? words.slice(1, -1) : [];
  });
  assert.ok(sources.length > 5);
  const kept = readText('deploy/container/Dockerfile.dockerignore');
  for (const source of sources) {
    assert.ok(existsSync(join(ROOT, source)), source);
    assert.match(kept, new RegExp(`^!${source.replace('./', '')}$`, 'm'));
  }
  const user = /^USER (\d+)/m.exec(text)?.[1];
  assert.ok(Number(user) > 0);
  const config = readConfig(readText('deploy/container/zoo.cfg'), '1');
  assert.match(text, new RegExp(`^VOLUME ${config.dataDir}$`, 'm'));
  const commands = [...text.matchAll(/\bCMD \["(?:zooid", ")?(\w+)"/g)].map(([, word]) => word);
  assert.deepEqual(commands, ['ask', 'server']);
});

test('deploy: the unit → systemd has nothing to say about it', (t) => {
  const { error } = spawnSync('systemd-analyze', ['--version']);
  if (error !== undefined) return t.skip('systemd-analyze is not installed.');
  const folder = mkdtempSync(join(tmpdir(), 'zooid-unit-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const unit = join(folder, 'zooid.service');
  const text = readText('deploy/systemd/zooid.service');
  assert.match(text, /^ExecStart=\/usr\/bin\/node /m);
  writeFileSync(unit, text.replace('/usr/bin/node', process.execPath));
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', unit], {
    encoding: 'utf8',
  });
  // What it says of other units of this machine is none of ours.
  const ours = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('zooid'));
  assert.deepEqual(ours, []);
  assert.equal(status, 0, stderr);
});
