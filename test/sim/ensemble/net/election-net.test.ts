import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ElectionNet, type ElectionPort } from '../../../../src/sim/ensemble/net/election-net.ts';
import { NetRig } from './net-rig.ts';

class Port implements ElectionPort {
  readonly sid: number;
  isListening = true;
  readonly told: string[] = [];

  constructor(sid: number) {
    this.sid = sid;
  }
  onPeerUp(sid: number): void {
    this.told.push(`up ${sid}`);
  }
  onPeerDown(sid: number): void {
    this.told.push(`down ${sid}`);
  }
  onMessage(from: number, bytes: Uint8Array): void {
    this.told.push(`${from}: ${bytes}`);
  }
}

function pair(hasLateMessages = false) {
  const rig = new NetRig();
  const ports = [new Port(1), new Port(2)] as const;
  return {
    rig,
    ports,
    net: new ElectionNet(rig.network, ports, { slowStartUs: 1000, hasLateMessages }),
  };
}

test('election-net: a message to somebody → connected at both ends, then the message', () => {
  const { rig, ports, net } = pair();
  net.send(1, 2, Uint8Array.of(7));
  rig.run();
  assert.deepEqual(ports[0].told, ['up 2']);
  assert.deepEqual(ports[1].told, ['up 1', '1: 7']);
});

test('election-net: nobody listens → only the newest message waits', () => {
  const { rig, ports, net } = pair();
  ports[1].isListening = false;
  net.send(1, 2, Uint8Array.of(1));
  net.send(1, 2, Uint8Array.of(2));
  rig.run(2_000_000);
  ports[1].isListening = true;
  rig.run();
  assert.deepEqual(ports[1].told, ['up 1', '1: 2']);
});

test('election-net: the connection is cut → both ends learn of it, the last message comes again', () => {
  const { rig, ports, net } = pair();
  net.send(1, 2, Uint8Array.of(1));
  rig.run();
  net.cut(1, 2);
  rig.run();
  assert.ok(ports[0].told.includes('down 2') && ports[1].told.includes('down 1'));
  ports[1].told.length = 0;
  net.send(2, 1, Uint8Array.of(9));
  rig.run();
  assert.deepEqual(ports[1].told, ['up 1', '1: 1']);
  assert.equal(ports[0].told.at(-1), '2: 9');
});

test('election-net: a process is gone → the others learn of it, and what it had to say is lost', () => {
  const { rig, ports, net } = pair();
  net.send(1, 2, Uint8Array.of(1));
  rig.run();
  ports[1].isListening = false;
  net.forget(2, false);
  rig.run(1_000_000);
  assert.equal(ports[0].told.at(-1), 'down 2');
});

test('election-net: a partition → nothing arrives until it heals', () => {
  const { rig, ports, net } = pair();
  rig.network.partition([[1], [2]]);
  net.send(1, 2, Uint8Array.of(1));
  rig.run(5_000_000);
  assert.deepEqual(ports[1].told, []);
  rig.network.heal();
  rig.run();
  assert.deepEqual(ports[1].told, ['up 1', '1: 1']);
});

function messagesOverCuts(hasLateMessages: boolean): number {
  const { rig, ports, net } = pair(hasLateMessages);
  for (let i = 1; i < 10; i++) {
    net.send(1, 2, Uint8Array.of(i));
    net.cut(1, 2);
    rig.run();
  }
  return ports[1].told.filter((each) => each.startsWith('1:')).length;
}

test('election-net: cut while a message is on its way, late ones allowed → some come all the same', () => {
  assert.ok(messagesOverCuts(true) > messagesOverCuts(false));
});
