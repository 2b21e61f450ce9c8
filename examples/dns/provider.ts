/**
 * A provider: an HTTP server that registers under a domain. For the play it can be told to be ill:
 * `/become/errors` and `/become/hanging`, until `/become/well`.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceDiscovery } from 'zooid/recipes';
import { connect, report, words } from '../frame/part.ts';
import { type Profile, SERVICES } from './layout.ts';

const given = words('domain', 'id', 'host', 'weight');
const { domain, id } = given;
const address = `127.0.0.${given.host}`;
let [mood, visits] = ['well', 0];

const server = createServer((request, response) => {
  const [, verb, wanted = mood] = (request.url ?? '').split('/');
  if (verb === 'become') {
    mood = wanted;
    response.end();
    return void tell();
  }
  if (verb === '') visits++;
  // The operating system still takes connections: only an answer says that it is well.
  if (mood === 'hanging') return;
  response.statusCode = mood === 'well' ? 200 : 503;
  response.end(`${id}\n`);
  void tell();
});
server.listen(0, address);
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

function tell(): Promise<void> {
  return report({ status: `${address}:${port} for ${domain}, ${mood}: ${visits} visits` });
}

const zk = await connect({ onExpired: 'renew' });
const services = new ServiceDiscovery<Profile>(zk, SERVICES);
const payload = {
  weight: Number(given.weight),
  // For show: of IPv6 a machine has one address only that is surely its own.
  ipv6: `fd00::${given.host}`,
  text: [`id=${id}`, `weight=${given.weight}`],
};
await services.register({ name: domain, id, address, port, payload });
await tell();
